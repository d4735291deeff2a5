"""Two periods in words: the table of their figures, and the sentence that says which they are."""

import pandas as pd

from opsdesk.trends.clearing import PERIOD_DAYS
from opsdesk.trends.number_words import UNKNOWN, count, points, share, signed
from opsdesk.trends.spans import Span

FIGURES = {
    "inflow": "opened",
    "outflow": "resolved",
    "backlog_size": "open at its end",
    "attainment": "SLA attainment",
    "breach_rate": "breach rate",
    "median_hours": "median resolution (hours)",
    "p90_hours": "p90 resolution (hours)",
    "median_response_hours": "median first response (hours)",
}
COUNTS = ("inflow", "outflow", "backlog_size")
RATES = ("attainment", "breach_rate")
NO_PERIODS = "There are no two periods to compare: fewer than two weeks after the burn-in are over."


def period_table(periods: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of two periods as text: figure, before, now, change.

    A figure that is not known in either period is left out. Rates change by points.
    """
    known = periods[periods[["before", "now"]].notna().any(axis="columns")]
    rows = [
        [
            FIGURES[row["figure"]],
            _value(row["figure"], row["before"]),
            _value(row["figure"], row["now"]),
            _change(row["figure"], row["change"]),
        ]
        for row in known.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["figure", "before", "now", "change"])


def about_periods(spans: tuple[Span, Span] | None) -> str:
    """Return which days are compared with which."""
    if spans is None:
        return ""
    before, now = spans
    text = f"The {now.days} days from {now} are compared with the {before.days} from {before}."
    if now.days >= PERIOD_DAYS:
        return text
    return f"{text} Both are cut alike: days before that are in the burn-in, or not in the export."


def _value(figure: str, value: float | None) -> str:
    if figure in RATES:
        return share(value)
    return count(value) if figure in COUNTS else _hours(value)


def _change(figure: str, change: float | None) -> str:
    if figure in RATES:
        return points(change)
    if figure in COUNTS:
        return signed(change)
    if change is None or pd.isna(change):
        return UNKNOWN
    tenths = round(change, 1)
    sign = "+" if tenths > 0 else "−" if tenths < 0 else "±"
    return f"{sign}{_hours(abs(change))}"


def _hours(value: float | None) -> str:
    return UNKNOWN if pd.isna(value) else f"{value:,.1f}"
