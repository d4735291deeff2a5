"""The charts of whole weeks: flows, attainment, breach rate, times to resolve and to respond.

A finding is that of the last week in which the figure is known, and says which week that is.
"""

from collections.abc import Iterator

import pandas as pd

from opsdesk.brief import line_charts
from opsdesk.brief.chart import Chart, chart_or_why, marks_of_weeks
from opsdesk.brief.facts import Facts
from opsdesk.brief.line_charts import DASHED, Line
from opsdesk.trends import number_words as words
from opsdesk.trends.sentences import about_judged, about_promises, about_responses

TOO_FEW_WEEKS = "A trend needs two whole weeks."


def read_week_charts(facts: Facts) -> Iterator[Chart]:
    """Return the charts of the weeks up to the last whole day."""
    weeks = facts.weeks.set_index("week_ending")
    few = TOO_FEW_WEEKS if len(weeks) < 2 else ""
    yield _flow(facts, weeks, few)
    yield _attainment(facts, weeks, few or about_promises(facts.coverage))
    yield _times(facts, weeks, few)
    yield _breaches(facts, weeks, few or about_judged(facts.coverage))
    yield _responses(facts, weeks, few or about_responses(facts.coverage))


def _flow(facts: Facts, weeks: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_weeks(facts)
    lines = [Line("inflow", "opened", "in"), Line("outflow", "resolved", "out", DASHED)]
    if weeks["inflow"].isna().all():
        lines = lines[1:]
    return chart_or_why(
        "flow",
        "Opened and resolved per week",
        why,
        lambda: _says_flow(weeks),
        lambda size: line_charts.counts(weeks, size, marks, *lines),
    )


def _attainment(facts: Facts, weeks: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_weeks(facts, "attainment", facts.normal("attainment"))
    line = Line("attainment", "kept", "out")
    return chart_or_why(
        "attainment",
        "SLA attainment by due date",
        why or _nothing(weeks, "attainment", "fell due"),
        lambda: _says_share(weeks, "attainment", "fell due", "kept"),
        lambda size: line_charts.shares(weeks, size, marks, line),
    )


def _times(facts: Facts, weeks: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_weeks(facts, "p90_hours")
    lines = (Line("p90_hours", "p90", "in", DASHED), Line("median_hours", "median", "out"))
    return chart_or_why(
        "times",
        "Time to resolve",
        why or _nothing(weeks, "p90_hours", "was resolved"),
        lambda: _says_times(weeks, "median_hours", "p90_hours"),
        lambda size: line_charts.durations(weeks, size, marks, *lines),
    )


def _breaches(facts: Facts, weeks: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_weeks(facts)
    line = Line("breach_rate", "too late", "in")
    return chart_or_why(
        "breaches",
        "Breach rate by resolve date",
        why or _nothing(weeks, "breach_rate", "was resolved"),
        lambda: _says_share(weeks, "breach_rate", "was resolved", "late"),
        lambda size: line_charts.shares(weeks, size, marks, line),
    )


def _responses(facts: Facts, weeks: pd.DataFrame, why: str) -> Chart:
    median, p90 = "median_response_hours", "p90_response_hours"
    marks = marks_of_weeks(facts, "first_response_hours")
    lines = (Line(p90, "p90", "in", DASHED), Line(median, "median", "out"))
    return chart_or_why(
        "responses",
        "First response",
        why or _nothing(weeks, median, "was answered"),
        lambda: _says_times(weeks, median, p90),
        lambda size: line_charts.durations(weeks, size, marks, *lines),
    )


def _nothing(weeks: pd.DataFrame, column: str, verb: str) -> str:
    known = weeks[column].notna().sum()
    return "" if known > 1 else f"In fewer than two whole weeks anything {verb}."


def _last_known(weeks: pd.DataFrame, column: str) -> tuple[pd.Series, str]:
    """Return the last week in which a figure is known, and which week that is, in words."""
    known = weeks[weeks[column].notna()]
    return known.iloc[-1], f"in the week to {words.short_day(known.index[-1])}"


def _says_share(weeks: pd.DataFrame, column: str, verb: str, what: str) -> str:
    last, which = _last_known(weeks, column)
    return f"{words.share(last[column])} of what {verb} {which} was {what}."


def _says_times(weeks: pd.DataFrame, median: str, p90: str) -> str:
    last, which = _last_known(weeks, median)
    half, most = words.hours(last[median]), words.hours(last[p90])
    return f"Half within {half}, nine of ten within {most}, {which}."


def _says_flow(weeks: pd.DataFrame) -> str:
    last, which = _last_known(weeks, "outflow")
    opened = "" if pd.isna(last["inflow"]) else f"{words.count(last['inflow'])} opened and "
    return f"{opened}{words.count(last['outflow'])} resolved {which}."
