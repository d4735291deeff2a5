"""What the brief knows: frames and values from the published tables, no sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from opsdesk.brief.now import Now, read_now
from opsdesk.brief.stock import Stock, read_stock
from opsdesk.calendars.clock_words import read_clock_words, read_sentence
from opsdesk.config.targets import ALL
from opsdesk.errors import OpsdeskError
from opsdesk.foresight.published import Foresight, read_foresight, with_probability
from opsdesk.guards.texts import one_line
from opsdesk.instants import read_zone
from opsdesk.trends import by_segment, explain, series, snapshot
from opsdesk.trends.coverage import DAY, Coverage, read_coverage
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.histories import read_histories, read_log_issues
from opsdesk.trends.judgement import Judgement, judge_targets
from opsdesk.trends.normal_range import Range, range_of_weeks
from opsdesk.trends.sentences import about_filter
from opsdesk.trends.signals import read_signal_days, read_signals, within
from opsdesk.trends.spans import Span
from opsdesk.trends.updates import read_since_update
from opsdesk.trends.work import FirstTen, first_ten
from opsdesk.warehouse.open import Warehouse

ORDER = ("category", "priority", "channel", "customer_tier", "team")
SPANS = {"day": 1, "week": 7, "month": 28}  # days


@dataclass(frozen=True)
class Change:
    """What moved the backlog in a span, by segment, and how rates differ from the span before."""

    span: Span
    explained: pd.DataFrame
    compared: pd.DataFrame | None


@dataclass(frozen=True)
class Facts:
    """What one morning knows.

    `changes` has the last day, week and month where the data reach so far back; `dimension` is the
    one that explains them, "" where all tickets are in one segment of each. `sla_clock` says when
    the SLA clock runs, "" where that is round the clock; `clock_words` add which priorities of its
    calendar no ticket has. `foresight` is None where no estimates were made of this publication.
    """

    coverage: Coverage
    moment: pd.Timestamp
    now: Now
    days: pd.DataFrame
    weeks: pd.DataFrame
    dimension: str
    changes: Mapping[str, Change]
    judged: list[Judgement]
    targets_problem: str
    signals: pd.DataFrame
    signal_days: pd.DataFrame
    names: DayNames
    segments: pd.DataFrame
    agents: pd.DataFrame
    deadlines: pd.DataFrame
    work: FirstTen
    are_updates_known: bool
    stock: Stock
    sla_clock: str
    foresight: Foresight | None
    histories: pd.DataFrame
    log_issues: pd.DataFrame
    clock_words: str

    @property
    def last_day(self) -> pd.Timestamp:
        """Return the last whole day, or the last day where none is over."""
        return self.now.last_day

    @property
    def is_at_day_end(self) -> bool:
        """Return whether as_of is the end of the last whole day."""
        return self.last_day == self.coverage.last_day and not self.coverage.is_last_day_partial

    @property
    def span(self) -> Span:
        """Return the days of the flows."""
        return Span(self.now.first_day.date(), self.now.last_day.date())

    def signals_of_span(self) -> pd.DataFrame:
        """Return the signals of those days."""
        return within(self.signals, self.span)

    def signal_days_of_span(self) -> pd.DataFrame:
        """Return those days, signal or not."""
        return within(self.signal_days, self.span)

    def desk_target(self, indicator: str) -> Judgement | None:
        """Return what became of the target of the whole desk, None without one."""
        ours = (each for each in self.judged if each.target.indicator == indicator)
        return next((each for each in ours if each.target.dimension == ALL), None)

    def normal(self, column: str) -> Range | None:
        """Return between which values a flow or attainment is in a normal week."""
        return range_of_weeks(self.weeks, column, self.names.baseline(self.last_day))

    def wall_time(self, instant: pd.Timestamp) -> pd.Timestamp:
        """Return an instant as the clocks of the run's zone show it."""
        return pd.Timestamp(instant).tz_convert(read_zone(self.coverage.timezone))


def read_facts(warehouse: Warehouse, targets: Mapping[str, str], names: DayNames) -> Facts:
    """Return what the published tables say this morning.

    Targets that cannot be judged cost no other figure: `targets_problem` says why then.

    Raises:
        OpsdeskError: nothing is published.
    """
    with warehouse.reading():
        return _read_facts(warehouse, targets, names)


def _read_facts(warehouse: Warehouse, targets: Mapping[str, str], names: DayNames) -> Facts:
    coverage = read_coverage(warehouse)
    days = series.read_days(warehouse, coverage)
    weeks = series.read_weeks(warehouse, coverage)
    deadlines = snapshot.read_deadlines(warehouse)
    segments = by_segment.read_segments(warehouse, coverage)
    dimension = _dimension(segments)
    now = read_now(days, weeks, coverage, len(deadlines))
    judged, problem = _judge(warehouse, coverage, targets, names)
    run = warehouse.runs().iloc[-1]
    return Facts(
        coverage=coverage,
        moment=pd.Timestamp(run["as_of"]),
        now=now,
        days=days,
        weeks=weeks,
        dimension=dimension,
        changes=_read_changes(warehouse, coverage, now, dimension, names),
        judged=judged,
        targets_problem=problem,
        signals=read_signals(warehouse, coverage, names),
        signal_days=read_signal_days(warehouse, coverage, names),
        names=names,
        segments=segments,
        agents=snapshot.read_agents(warehouse, coverage),
        deadlines=deadlines,
        work=_first_ten(warehouse),
        are_updates_known=not read_since_update(warehouse).empty,
        stock=read_stock(warehouse, coverage, days),
        sla_clock=one_line(read_sentence(run["parameters"])),
        foresight=read_foresight(warehouse),
        histories=read_histories(warehouse, coverage, weeks),
        log_issues=read_log_issues(warehouse),
        clock_words=read_clock_words(run["parameters"]),
    )


def _first_ten(warehouse: Warehouse) -> FirstTen:
    first = first_ten(warehouse)
    return first._replace(rows=with_probability(warehouse, first.rows))


def _judge(
    warehouse: Warehouse, coverage: Coverage, targets: Mapping[str, str], names: DayNames
) -> tuple[list[Judgement], str]:
    try:
        return judge_targets(warehouse, coverage, targets, names), ""
    except OpsdeskError as error:
        return [], f"The targets could not be judged: {error}"


def _dimension(segments: pd.DataFrame) -> str:
    """Return the dimension that explains a change: ours in their order, then attributes."""
    there = list(segments["dimension"].unique())
    return next((name for name in (*ORDER, *there) if name in there), "")


def _read_changes(
    warehouse: Warehouse, coverage: Coverage, now: Now, dimension: str, names: DayNames
) -> dict[str, Change]:
    """Return the changes of the spans that have all their days; none where the stock is unknown."""
    if not now.is_whole or about_filter(coverage):
        return {}
    last = now.last_day.date()
    spans = {name: _span(last, days) for name, days in SPANS.items()}
    known = {name: span for name, span in spans.items() if span.first >= coverage.first_day.date()}
    if not known:
        return {}
    first = min(span.first for span in known.values())
    rows = explain.read_segment_days(warehouse, dimension or ORDER[0], first, last)
    return {name: _change(rows, span, coverage, names) for name, span in known.items()}


def _change(rows: pd.DataFrame, span: Span, coverage: Coverage, names: DayNames) -> Change:
    counted_from = explain.counted_from(coverage, names, span.last)
    before = _span((pd.Timestamp(span.first) - DAY).date(), span.days)
    is_known = before.first >= coverage.first_day.date()
    return Change(
        span=span,
        explained=explain.explain(rows, *span, baseline_from=counted_from),
        compared=explain.compare(rows, before, span) if is_known else None,
    )


def _span(last: date, days: int) -> Span:
    return Span((pd.Timestamp(last) - (days - 1) * DAY).date(), last)
