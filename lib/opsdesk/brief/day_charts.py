"""The charts of stocks at the end of each day: backlog, past due, age."""

from collections.abc import Iterator

import pandas as pd

from opsdesk.brief import line_charts
from opsdesk.brief.chart import Chart, chart_or_why, marks_of_days
from opsdesk.brief.facts import Facts
from opsdesk.brief.line_charts import DASHED, Line
from opsdesk.trends import number_words as words
from opsdesk.trends.sentences import about_backlog, about_promises

ONE_DAY = "There is one day only: a trend needs two."
NONE_OPEN = "No ticket was open at the end of a day."


def read_day_charts(facts: Facts) -> Iterator[Chart]:
    """Return the charts up to the last whole day."""
    days = facts.days[facts.days["ops_date"] <= facts.last_day].set_index("ops_date")
    why = about_backlog(facts.coverage) or ("" if len(days) > 1 else ONE_DAY)
    why = why or ("" if days["backlog_size"].any() else NONE_OPEN)
    yield _backlog(facts, days, why)
    yield _past_due(facts, days, why or about_promises(facts.coverage))
    yield _age(facts, days[days["age_p90_days"].notna()], why)


def _backlog(facts: Facts, days: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_days(facts, "backlog_size")
    return chart_or_why(
        "backlog",
        "Open tickets by age",
        why,
        lambda: _says_backlog(days.iloc[-1]),
        lambda size: line_charts.ages(days, size, marks),
    )


def _past_due(facts: Facts, days: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_days(facts, "past_due")
    line = Line("past_due", "past due", "in")
    return chart_or_why(
        "past_due",
        "Open tickets past their deadline",
        why,
        lambda: _says_late(days.iloc[-1]),
        lambda size: line_charts.counts(days, size, marks, line),
    )


def _age(facts: Facts, aged: pd.DataFrame, why: str) -> Chart:
    marks = marks_of_days(facts)
    lines = (Line("age_p90_days", "p90", "in", DASHED), Line("age_p50_days", "median", "out"))
    return chart_or_why(
        "age",
        "Age of the open tickets",
        why or ("" if len(aged) > 1 else NONE_OPEN),
        lambda: _says_age(aged.iloc[-1]),
        lambda size: line_charts.counts(aged, size, marks, *lines),
    )


def _says_age(now: pd.Series) -> str:
    median, p90 = words.days(now["age_p50_days"]), words.days(now["age_p90_days"])
    return f"Half are older than {median}, one in ten than {p90}."


def _says_backlog(now: pd.Series) -> str:
    if not now["backlog_size"]:
        return "None is open."
    old = now["age_over_90"] / now["backlog_size"]
    return f"{words.count(now['backlog_size'])} open; {old:.0%} of them older than 90 days."


def _says_late(now: pd.Series) -> str:
    if not now["backlog_size"]:
        return "None is open."
    share = now["past_due"] / now["backlog_size"]
    return f"{words.count(now['past_due'])}, {share:.0%} of what is open."
