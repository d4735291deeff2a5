"""The charts of the report: title, finding and drawing of each, or why there is nothing to draw."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from opsdesk.brief import line_charts
from opsdesk.brief.chart_size import NARROW, WIDE, Size
from opsdesk.brief.facts import Facts
from opsdesk.brief.line_charts import DASHED, Line, Marks
from opsdesk.brief.signal_chart import signals
from opsdesk.brief.themed_svg import inline
from opsdesk.trends import number_words as words
from opsdesk.trends.normal_range import Range
from opsdesk.trends.sentences import about_backlog, about_judged, about_promises, about_responses
from opsdesk.trends.signals import SHIFT

ONE_DAY = "There is one day only: a trend needs two."
TOO_FEW_WEEKS = "A trend needs two whole weeks."
FEWEST_DAYS = 7  # on the chart of signals
ORDER = ("backlog", "flow", "attainment", "past_due", "times", "age", "breaches", "responses")
Draw = Callable[[Size], Figure]


class Chart(NamedTuple):
    """A chart for the page: `svg` is drawn wide and narrow; "" where `says` is why it is not."""

    name: str
    title: str
    says: str
    svg: Markup


def read_charts(facts: Facts) -> list[Chart]:
    """Return the charts of the trends in the order in which they are read."""
    charts = {chart.name: chart for chart in (*_of_days(facts), *_of_weeks(facts))}
    return [charts[name] for name in ORDER]


def signal_chart(facts: Facts) -> Chart:
    """Return the chart of signals."""
    title = "Signal or noise"
    distances = facts.signal_days
    known = distances[distances["distance"].notna()]
    # A shift is a row of days inside the band: a sentence says it, no single point does.
    known = known.assign(is_outside=known["is_signal"] & (known["signal"] != SHIFT))
    if known["ops_date"].nunique() < FEWEST_DAYS:
        why = "Limits need four weeks of days to compare with, and a month of their ups and downs."
        return Chart("signals", title, why, Markup(""))
    outside = int(known["is_outside"].sum())
    says = f"{outside:,} {'point is' if outside == 1 else 'points are'} outside the limits."
    return _chart("signals", title, says, lambda size: signals(known, size))


def _of_days(facts: Facts) -> Iterator[Chart]:
    days = facts.days[facts.days["ops_date"] <= facts.last_day].set_index("ops_date")
    why = about_backlog(facts.coverage) or ("" if len(days) > 1 else ONE_DAY)
    none_open = "No ticket was open at the end of a day."
    why = why or ("" if days["backlog_size"].any() else none_open)
    now = days.iloc[-1]
    yield _or_why(
        "backlog",
        "Open tickets by age",
        why,
        lambda: _says_backlog(now),
        lambda size: line_charts.ages(days, size, _marks(facts, "backlog_size")),
    )
    late = why or about_promises(facts.coverage)
    yield _or_why(
        "past_due",
        "Open tickets past their deadline",
        late,
        lambda: _says_late(now),
        lambda size: line_charts.counts(
            days, size, _marks(facts, "past_due"), Line("past_due", "past due", "in")
        ),
    )
    aged = days[days["age_p90_days"].notna()]
    yield _or_why(
        "age",
        "Age of the open tickets",
        why or ("" if len(aged) > 1 else none_open),
        lambda: (
            f"Half are older than {words.days(aged['age_p50_days'].iloc[-1])}, "
            f"one in ten than {words.days(aged['age_p90_days'].iloc[-1])}."
        ),
        lambda size: line_charts.counts(
            aged,
            size,
            _marks(facts),
            Line("age_p90_days", "p90", "in", DASHED),
            Line("age_p50_days", "median", "out"),
        ),
    )


def _of_weeks(facts: Facts) -> Iterator[Chart]:
    weeks = facts.weeks.set_index("week_ending")
    few = TOO_FEW_WEEKS if len(weeks) < 2 else ""
    end = f"in the week to {words.short_day(weeks.index[-1])}" if len(weeks) else ""
    flow_lines = [Line("inflow", "opened", "in"), Line("outflow", "resolved", "out", DASHED)]
    if "inflow" in weeks and weeks["inflow"].isna().all():
        flow_lines = flow_lines[1:]
    yield _or_why(
        "flow",
        "Opened and resolved per week",
        few,
        lambda: _says_flow(weeks.iloc[-1], end),
        lambda size: line_charts.counts(weeks, size, _marks(facts, lasting=False), *flow_lines),
    )
    yield _or_why(
        "attainment",
        "SLA attainment by due date",
        few or about_promises(facts.coverage) or _nothing(weeks, "attainment", "fell due"),
        lambda: f"{words.share(_last(weeks, 'attainment'))} of what fell due {end} was kept.",
        lambda size: line_charts.shares(
            weeks,
            size,
            _marks(facts, "attainment", lasting=False, normal=facts.normal("attainment")),
            Line("attainment", "kept", "out"),
        ),
    )
    yield _or_why(
        "times",
        "Time to resolve",
        few or _nothing(weeks, "p90_hours", "was resolved"),
        lambda: (
            f"Half within {words.hours(_last(weeks, 'median_hours'))}, nine of ten within "
            f"{words.hours(_last(weeks, 'p90_hours'))}, {end}."
        ),
        lambda size: line_charts.durations(
            weeks,
            size,
            _marks(facts, "p90_hours", lasting=False),
            Line("p90_hours", "p90", "in", DASHED),
            Line("median_hours", "median", "out"),
        ),
    )
    yield _or_why(
        "breaches",
        "Breach rate by resolve date",
        few or about_judged(facts.coverage) or _nothing(weeks, "breach_rate", "was resolved"),
        lambda: f"{words.share(_last(weeks, 'breach_rate'))} of what was resolved {end} was late.",
        lambda size: line_charts.shares(
            weeks, size, _marks(facts, lasting=False), Line("breach_rate", "too late", "in")
        ),
    )
    yield _or_why(
        "responses",
        "First response",
        few
        or about_responses(facts.coverage)
        or _nothing(weeks, "median_response_hours", "was answered"),
        lambda: (
            f"Half within {words.hours(_last(weeks, 'median_response_hours'))}, nine of ten within "
            f"{words.hours(_last(weeks, 'p90_response_hours'))}, {end}."
        ),
        lambda size: line_charts.durations(
            weeks,
            size,
            _marks(facts, "first_response_hours", lasting=False),
            Line("p90_response_hours", "p90", "in", DASHED),
            Line("median_response_hours", "median", "out"),
        ),
    )


def _or_why(name: str, title: str, why: str, says: Callable[[], str], draw: Draw) -> Chart:
    """Return the chart, or why there is nothing to draw."""
    return Chart(name, title, why, Markup("")) if why else _chart(name, title, says(), draw)


def _chart(name: str, title: str, says: str, draw: Draw) -> Chart:
    """Return a chart drawn twice; the page shows the one that fits."""
    drawings = (
        inline(draw(size), f"{name}-{size.name}", title, says, f"chart {size.name}")
        for size in (WIDE, NARROW)
    )
    return Chart(name, title, says, Markup("").join(drawings))


def _marks(
    facts: Facts, indicator: str = "", lasting: bool = True, normal: Range | None = None
) -> Marks:
    """Return what is behind the lines: the burn-in where it is of stocks, the target."""
    goal = facts.desk_target(indicator)
    until = facts.days["burn_in_until"].iloc[0] if lasting else None
    return Marks(until, goal.target.value if goal else None, normal)


def _nothing(weeks: pd.DataFrame, column: str, verb: str) -> str:
    known = weeks[column].notna().sum()
    return "" if known > 1 else f"In fewer than two whole weeks anything {verb}."


def _last(weeks: pd.DataFrame, column: str) -> float:
    return float(weeks[column].iloc[-1])


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


def _says_flow(now: pd.Series, end: str) -> str:
    opened = "" if pd.isna(now["inflow"]) else f"{words.count(now['inflow'])} opened and "
    return f"{opened}{words.count(now['outflow'])} resolved {end}."
