"""Frames as a person reads them: columns in words with their units, percentages, few decimals."""

from collections.abc import Callable

import pandas as pd

WORDS = {
    "week_ending": "week ending",
    "backlog_size": "open",
    "inflow": "opened",
    "outflow": "resolved",
    "net_change": "net change",
    "age_0_1": "0–1 days old",
    "age_2_7": "2–7 days old",
    "age_8_30": "8–30 days old",
    "age_31_90": "31–90 days old",
    "age_over_90": "over 90 days old",
    "age_p50_days": "median age (days)",
    "age_p90_days": "p90 age (days)",
    "past_due": "past due",
    "sla_due_tickets": "fell due",
    "sla_due_missed": "missed",
    "attainment": "SLA attainment",
    "judged": "resolved with a target",
    "breached": "of these, too late",
    "breach_rate": "breach rate",
    "median_hours": "median resolution (hours)",
    "p90_hours": "p90 resolution (hours)",
    "open_tickets": "open",
    "opened": "opened in 28 days",
    "resolved": "resolved in 28 days",
    "agent_id": "agent",
    "daily_capacity": "capacity (tickets a day)",
    "days_of_work": "days of work",
    "ticket_id": "ticket",
    "hours_open": "hours open",
    "hours_left": "hours left",
    "sla_elapsed": "share of the SLA used",
    "risk_band": "risk",
}
RATES = ("attainment", "breach_rate", "sla_elapsed")
ONE_DECIMAL = ("median_hours", "p90_hours", "days_of_work", "hours_open", "hours_left")
MARKS = ("burn_in_until", "is_partial", "as_of", "is_agent")


def as_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its first column in the place of the row numbers, which mean nothing to a reader."""
    shown = frame.map(
        lambda value: (
            f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
        )
    )
    if frame.empty:
        shown = pd.DataFrame([["none", *[""] * (len(frame.columns) - 1)]], columns=frame.columns)
    return shown.set_index(frame.columns[0]).rename_axis(index=None, columns=frame.columns[0])


def in_words(frame: pd.DataFrame, *columns: str, rows: int = 8) -> pd.DataFrame:
    """The last rows of a frame of weeks, or the first of any other, as text.

    Shown are the named columns; if none is named, all in which anything is known.
    """
    known = [
        name for name in frame if name not in MARKS and (frame.empty or frame[name].notna().any())
    ]
    chosen = list(columns) or known
    shown = (
        frame.tail(rows)[["week_ending", *chosen]]
        if "week_ending" in frame
        else frame.head(rows)[chosen]
    )
    text = pd.DataFrame(
        {WORDS.get(name, name): shown[name].map(_reader(name)) for name in shown}, dtype="object"
    )
    return text.set_index(text.columns[0]).rename_axis(index=None, columns=text.columns[0])


def _reader(column: str) -> Callable[[object], str]:
    """How a value of this column is written."""
    if column in RATES:
        pattern = "{:.1%}"
    elif column in ONE_DECIMAL:
        pattern = "{:,.1f}"
    elif column == "week_ending":
        pattern = "{:%Y-%m-%d}"
    else:
        pattern = "{:,.0f}"
    return lambda value: (
        "–" if pd.isna(value) else value if isinstance(value, str) else pattern.format(value)
    )
