"""The charts of histories: reopen rate, on whom tickets wait, how often they are passed on."""

import pandas as pd

from opsdesk.brief import line_charts
from opsdesk.brief.chart import Chart, drawn, marks_of_weeks
from opsdesk.brief.facts import Facts
from opsdesk.brief.line_charts import DASHED, Line
from opsdesk.trends import number_words as words

FEWEST_WEEKS = 2  # of a line
WAITING = (
    Line("hours_with_us", "us", "in"),
    Line("hours_with_customer", "customer", "out", DASHED),
)


def read_history_charts(facts: Facts) -> list[Chart]:
    """Return the charts of which two weeks are known; none without histories."""
    weeks = facts.histories.set_index("week_ending")
    charts = (("reopen_rate", _reopened), ("hours_with_us", _waiting))
    return [
        draw(facts, weeks) for column, draw in charts if weeks[column].notna().sum() >= FEWEST_WEEKS
    ]


def _reopened(facts: Facts, weeks: pd.DataFrame) -> Chart:
    line = Line("reopen_rate", "reopened", "in")
    last = _last_known(weeks, "reopen_rate")
    says = (
        f"{words.count(last['reopened'])} reopened for {words.count(last['closings'])} closed "
        f"{_week(last)}: {words.share(last['reopen_rate'])}."
    )
    marks = marks_of_weeks(facts)
    return drawn(
        "reopened",
        "Reopen rate",
        says,
        lambda size: line_charts.shares(weeks, size, marks, line),
    )


def _waiting(facts: Facts, weeks: pd.DataFrame) -> Chart:
    last = _last_known(weeks, "hours_with_us")
    above = weeks[[line.column for line in WAITING]]
    above = above.where(above > 0)  # the axis is logarithmic
    lines = [line for line in WAITING if above[line.column].notna().any()]
    says = (
        f"A ticket closed {_week(last)} had waited {words.hours(last['hours_with_us'])} on us and "
        f"{words.hours(last['hours_with_customer'])} on the customer, on average."
    )
    marks = marks_of_weeks(facts)
    return drawn(
        "waiting",
        "On whom resolved tickets waited",
        says,
        lambda size: line_charts.durations(above, size, marks, *lines),
    )


def _last_known(weeks: pd.DataFrame, column: str) -> pd.Series:
    return weeks[weeks[column].notna()].iloc[-1]


def _week(last: pd.Series) -> str:
    return f"in the week to {words.short_day(pd.Timestamp(str(last.name)))}"
