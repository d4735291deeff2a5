"""Frames as a person reads them: columns in words with their units, percentages, few decimals."""

from typing import Any

import pandas as pd

from opsdesk.display.sentence import Sentence

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
    "due_24h": "due in 24 hours",
    "sla_due_tickets": "fell due",
    "sla_due_missed": "missed",
    "attainment": "SLA attainment",
    "judged": "resolved, judged",
    "breached": "of these, too late",
    "breach_rate": "breach rate",
    "timed": "resolved, timed",
    "median_hours": "median resolution (hours)",
    "p90_hours": "p90 resolution (hours)",
    "responses": "first responses, timed",
    "median_response_hours": "median first response (hours)",
    "p90_response_hours": "p90 first response (hours)",
    "ops_date": "day",
    "value": "tickets",
    "lower": "lower limit",
    "upper": "upper limit",
    "opened_within": "opened in the 28 days before",
    "total_age_days": "total age (days)",
    "opened_of_weekday": "opened",
    "share_of_arrivals": "share of opened",
    "busiest": "busiest hour",
    "largest": "the five largest",
    "since_update": "last update",
    "share_of_open": "share of open",
    "open_tickets": "open",
    "opened": "opened in 28 days",
    "resolved": "resolved in 28 days",
    "agent_id": "agent",
    "daily_capacity": "capacity (tickets per day)",
    "days_of_work": "days of work",
    "ticket_id": "ticket",
    "hours_open": "hours open",
    "hours_left": "hours left",
    "sla_elapsed": "share of the SLA used",
    "risk_band": "risk",
    "probability": "probability of breach",
    "similar_tickets": "tickets like it",
    "due_at": "due (UTC)",
    "given": "probability given",
    "expected_share": "expected to breach",
    "breached_share": "breached",
    "lo80": "80% band from",
    "hi80": "to",
    "lo95": "95% band from",
    "hi95": "up to",
    "horizon_days": "days ahead",
    "cases": "past cases",
    "error": "off by",
    "simple_error": "simple rule off by",
    "coverage80": "in the 80% band",
    "coverage95": "in the 95% band",
    "simple_skill": "skill of the simple rule",
    "auc": "AUC",
    "calibration_error": "calibration error",
    "closings": "closed",
    "reopen_rate": "reopen rate",
    "hours_with_us": "waiting on us (hours per closing)",
    "hours_with_customer": "waiting on the customer (hours per closing)",
    "reassignments": "passed on (times per closing)",
}
PATTERNS = {
    "week_ending": "{:%Y-%m-%d}",
    "ops_date": "{:%Y-%m-%d}",
    "due_at": "{:%Y-%m-%d %H:%M}",
    **dict.fromkeys(("probability", "expected_share", "breached_share"), "{:.1%}"),
    **dict.fromkeys(("skill", "simple_skill", "coverage80", "coverage95"), "{:.1%}"),
    **dict.fromkeys(("auc", "calibration_error"), "{:.3f}"),
    **dict.fromkeys(("attainment", "breach_rate", "sla_elapsed", "share_of_open"), "{:.1%}"),
    "share_of_arrivals": "{:.1%}",
    "reopen_rate": "{:.1%}",
    **dict.fromkeys(("hours_with_us", "hours_with_customer", "reassignments"), "{:,.1f}"),
    **dict.fromkeys(("expected", "lower", "upper"), "{:,.1f}"),
    **dict.fromkeys(("median_hours", "p90_hours", "days_of_work"), "{:,.1f}"),
    **dict.fromkeys(("median_response_hours", "p90_response_hours"), "{:,.1f}"),
    **dict.fromkeys(("hours_open", "hours_left"), "{:,.1f}"),
}
WHOLE = "{:,.0f}"  # every other number
MARKS = (  # columns for charts only
    *("burn_in_until", "intake_until", "is_partial", "as_of", "is_agent"),
    *("is_due_few", "is_judged_few", "is_timed_few", "is_answered_few"),
    *("why_no_backlog", "why_no_promises", "why_none_judged", "why_no_responses"),
    "left_out",
)
UNKNOWN = "–"


def as_table(frame: pd.DataFrame, otherwise: str = "None.") -> pd.DataFrame | Sentence:
    """Return a frame with its first column in the place of the row numbers, counts with commas.

    Of an empty frame there is no table of headings: the sentence `otherwise` takes its place.
    """
    if frame.empty:
        return Sentence(otherwise)
    return _first_column_as_index(frame.map(_with_commas))


def in_words(
    frame: pd.DataFrame, *columns: str, rows: int = 8, otherwise: str = ""
) -> pd.DataFrame | Sentence | None:
    """Return the last rows of a frame of weeks, or the first of any other, as text.

    The named columns are shown, or all if none is named; never one without a value. Where no row
    or no column is left there is no table: the sentence `otherwise` takes its place.
    """
    is_weekly = "week_ending" in frame
    shown = frame.tail(rows) if is_weekly else frame.head(rows)
    chosen = _columns_with_values(shown, columns or tuple(frame.columns))
    if is_weekly:
        chosen = ["week_ending", *(name for name in chosen if name != "week_ending")]
    if shown.empty or len(chosen) <= is_weekly:
        return note(otherwise)
    texts = {}
    for name in chosen:
        heading = WORDS.get(name, name)
        texts[heading] = _texts(shown[name], name)
    return _first_column_as_index(pd.DataFrame(texts, dtype="object"))


def note(sentence: str) -> Sentence | None:
    """Return a sentence as a notebook and a report show it; nothing for ""."""
    return Sentence(sentence) if sentence else None


def _first_column_as_index(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame.columns[0]
    return frame.set_index(first).rename_axis(index=None, columns=first)


def _columns_with_values(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    return [name for name in columns if name not in MARKS and frame[name].notna().any()]


def _with_commas(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):  # True is an int in Python
        return value
    return f"{value:,}"


def _texts(column: pd.Series, name: str) -> list[str]:
    pattern = PATTERNS.get(name, WHOLE)
    return [_text(value, pattern) for value in column]


def _text(value: Any, pattern: str) -> str:
    if pd.isna(value):
        return UNKNOWN
    if isinstance(value, str):
        return value
    return pattern.format(value)
