"""The eight figures of the first screen, each with its change, its last weeks and its target."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pandas as pd

from opsdesk.brief.bars import Spark
from opsdesk.brief.facts import Facts
from opsdesk.trends import number_words as words
from opsdesk.trends.judgement import Judgement
from opsdesk.trends.normal_range import WEEKS

MONTH = 4  # weeks
STOCK, FLOW, RATE, TIME = "stock", "flow", "rate", "time"


class Kind(NamedTuple):
    """A figure: its name, what it counts, its column, and how it is shown and compared."""

    name: str
    unit: str
    column: str
    kind: str
    shown: Callable[[float], str]
    changed: Callable[[float], str]


KINDS = (
    Kind("Open tickets", "end of the day", "backlog_size", STOCK, words.count, words.signed),
    Kind("Opened", "", "inflow", FLOW, words.count, words.signed_share),
    Kind("Resolved", "", "outflow", FLOW, words.count, words.signed_share),
    Kind("Past due", "open, deadline over", "past_due", STOCK, words.count, words.signed),
    Kind("SLA attainment", "of what fell due", "attainment", RATE, words.share, words.points),
    Kind("Due in 24 hours", "open, not yet late", "due_24h", STOCK, words.count, words.signed),
    Kind(
        "Time to resolve", "nine of ten faster", "p90_hours", TIME, words.hours, words.signed_hours
    ),
    Kind("Median age", "of open tickets", "age_p50_days", STOCK, words.days, words.signed_days),
    Kind(
        "First response",
        "half are faster",
        "median_response_hours",
        TIME,
        words.hours,
        words.signed_hours,
    ),
)
SHOWN = 8
INDICATORS = {"p90_hours": "p90_hours", "median_response_hours": "first_response_hours"}
LASTING = ("backlog_size", "past_due", "age_p50_days")  # too small or too young in the burn-in
AT_AS_OF = "due_24h"  # all else is of the last whole day
SUMS = {"attainment": ("sla_due_missed", "sla_due_tickets")}


class Figure(NamedTuple):
    """One row of the table of figures; texts are ready to be shown, "" where not known."""

    name: str
    unit: str
    value: str
    week: str
    month: str
    spark: Spark
    goal: Judgement | None
    goal_text: str


def read_figures(facts: Facts) -> list[Figure]:
    """Return the first eight figures that are known."""
    known = [kind for kind in KINDS if pd.notna(facts.now.figures.get(kind.column))]
    return [_figure(facts, kind) for kind in known[:SHOWN]]


def _figure(facts: Facts, kind: Kind) -> Figure:
    goal = facts.desk_target(INDICATORS.get(kind.column, kind.column))
    weeks = facts.weeks.tail(WEEKS)
    return Figure(
        name=kind.name,
        unit=kind.unit or flow_unit(facts),
        value=kind.shown(facts.now.figures[kind.column]),
        week=_change(facts, kind, 1),
        month=_over_month(facts, kind),
        spark=Spark(
            values=weeks[kind.column].reset_index(drop=True),
            target=goal.target.value if goal else None,
            is_missed=bool(goal and goal.is_met is False),
            faded=_faded(weeks, kind.column),
            normal=facts.normal(kind.column) if kind.kind in (FLOW, RATE) else None,
        ),
        goal=goal,
        goal_text=kind.shown(goal.target.value) if goal else "",
    )


def flow_unit(facts: Facts) -> str:
    """Return of which days the flows are, in words."""
    if not facts.now.is_whole:
        return "so far"
    return {1: "in one day", 7: "in seven days"}.get(facts.now.days, f"in {facts.now.days} days")


def _faded(weeks: pd.DataFrame, column: str) -> int:
    """Return how many of the weeks are of the burn-in, for a figure that it makes too small."""
    if column not in LASTING or weeks.empty:
        return 0
    return int((weeks["week_ending"] <= weeks["burn_in_until"].iloc[-1]).sum())


def _change(facts: Facts, kind: Kind, back: int) -> str:
    """Return the change on the week `back` weeks before, "" where one of them is not known."""
    weeks = facts.weeks
    if not facts.now.is_week or len(weeks) <= back:
        return ""
    before = weeks.iloc[-1 - back]
    if kind.column == AT_AS_OF and not facts.is_at_day_end:
        return ""  # a figure of the morning is not compared with one of a midnight
    if kind.column in LASTING and before["week_ending"] <= before["burn_in_until"]:
        return ""
    was = before[kind.column]
    now = facts.now.figures[kind.column]
    if pd.isna(was) or (kind.kind == FLOW and not was):
        return ""
    return kind.changed(now / was - 1 if kind.kind == FLOW else now - was)


def _over_month(facts: Facts, kind: Kind) -> str:
    """Return the change on four weeks before: of sums of four weeks, or of stocks then and now."""
    if kind.kind in (STOCK, TIME):
        return _change(facts, kind, MONTH)
    weeks = facts.weeks
    if not facts.now.is_week or len(weeks) < 2 * MONTH:
        return ""
    now, was = (
        _of_month(part, kind) for part in (weeks.iloc[-MONTH:], weeks.iloc[-2 * MONTH : -MONTH])
    )
    if pd.isna(was) or pd.isna(now) or (kind.kind == FLOW and not was):
        return ""
    return kind.changed(now / was - 1 if kind.kind == FLOW else now - was)


def _of_month(weeks: pd.DataFrame, kind: Kind) -> float:
    if kind.kind == FLOW:
        return float(weeks[kind.column].sum())
    missed, due = SUMS[kind.column]
    total = weeks[due].sum()
    return float(1 - weeks[missed].sum() / total) if total else float("nan")


def unknown_figures(facts: Facts) -> Iterator[str]:
    """Return the names of the figures that are not known."""
    for kind in KINDS[:SHOWN]:
        if pd.isna(facts.now.figures.get(kind.column)):
            yield kind.name
