"""Period over period: the last 28 whole days against the 28 before, like for like."""

from datetime import date

import numpy as np
import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.trends.clearing import PERIOD_DAYS
from opsdesk.trends.coverage import DAY, Coverage, last_whole_day
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK
from opsdesk.trends.questions import ask
from opsdesk.trends.sentences import about_judged, about_promises, about_responses
from opsdesk.trends.spans import Span, like_for_like
from opsdesk.warehouse.open import Warehouse

FIGURES = (
    "inflow",
    "outflow",
    "backlog_size",
    "attainment",
    "breach_rate",
    "median_hours",
    "p90_hours",
    "median_response_hours",
)


def last_periods(coverage: Coverage, days: int = PERIOD_DAYS) -> tuple[Span, Span] | None:
    """Return the last `days` whole days and as many before them, both cut to what the data know.

    Days of the burn-in, and those before a filter by closing date begins, are in neither span. None
    where not even a week is left of each.
    """
    last = last_whole_day(coverage)
    middle = last - days * DAY
    now = Span((middle + DAY).date(), last.date())
    before = Span((middle - (days - 1) * DAY).date(), middle.date())
    try:
        spans = like_for_like(before, now, _first_known(coverage).date(), last.date())
    except OpsdeskError:
        return None
    return spans if spans[0].days >= DAYS_OF_A_WEEK else None


def _first_known(coverage: Coverage) -> pd.Timestamp:
    return coverage.closed_from or coverage.burn_in_until + DAY


def read_periods(
    warehouse: Warehouse, coverage: Coverage, spans: tuple[Span, Span] | None
) -> pd.DataFrame:
    """Return one row per figure: figure, before, now and change, NaN where it is not known.

    Flows are sums, the backlog is that of the last day, rates and times are those of the tickets of
    the span: of what fell due, what was resolved, what was first answered in it. The frame is
    empty where there are no spans.

    Args:
        warehouse: where the tickets are.
        coverage: the result of `coverage.read_coverage`.
        spans: the earlier and the later span, such as those of `last_periods`.
    """
    if spans is None:
        return pd.DataFrame(columns=["figure", "before", "now", "change"])
    figures = _figures(warehouse, spans)
    figures[_unknown(coverage)] = np.nan
    frame = figures.reindex(["before", "now"]).T.rename_axis("figure").reset_index()
    frame["change"] = frame["now"] - frame["before"]
    return frame.rename_axis(columns=None)


def _figures(warehouse: Warehouse, spans: tuple[Span, Span]) -> pd.DataFrame:
    """Return one row per span ('before', 'now') with its figures."""
    ends = _ends(spans)
    sums = ask(warehouse, "span_sums", **ends).set_index("span").astype("float64")
    hours = ask(warehouse, "span_hours", **ends)
    resolved = hours[hours["event"] == "resolution"].set_index("span")
    answered = hours[hours["event"] == "response"].set_index("span")
    return sums.assign(
        attainment=1 - sums["sla_due_missed"] / sums["sla_due_tickets"],
        breach_rate=sums["breached"] / sums["judged"],
        median_hours=resolved["median_hours"],
        p90_hours=resolved["p90_hours"],
        median_response_hours=answered["median_hours"],
    )[list(FIGURES)].astype("float64")


def _ends(spans: tuple[Span, Span]) -> dict[str, date]:
    before, now = spans
    return {
        "before_first": before.first,
        "before_last": before.last,
        "now_first": now.first,
        "now_last": now.last,
    }


def _unknown(coverage: Coverage) -> list[str]:
    """Return the figures that the export cannot know."""
    unknown = []
    if coverage.closed_from is not None:
        unknown += ["inflow", "backlog_size"]
    if about_promises(coverage):
        unknown.append("attainment")
    if about_judged(coverage):
        unknown.append("breach_rate")
    if about_responses(coverage):
        unknown.append("median_response_hours")
    return unknown
