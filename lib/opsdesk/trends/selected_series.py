"""The frames behind a chart over time: of the whole desk or of selected tickets, for any span."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.trends.coverage import DAY, Coverage, read_coverage
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK
from opsdesk.trends.filters import refuse_unknown_values
from opsdesk.trends.selected_days import coverage_of, read_selected_days
from opsdesk.trends.selection import (
    EVERY_TICKET,
    Selection,
    listed,
    read_attributes,
    select_tickets,
)
from opsdesk.trends.series import NEVER, make_weeks, mark_days, read_days
from opsdesk.trends.spans import Span, read_span
from opsdesk.warehouse.open import Warehouse


class Series(NamedTuple):
    """Days and whole weeks; `about` says of which tickets they are, "" for all of them.

    `why_empty` is a sentence where there is no such ticket, `why_no_week` one where a span has no
    whole week; else they are "".
    """

    days: pd.DataFrame
    weeks: pd.DataFrame
    about: str
    why_empty: str = ""
    why_no_week: str = ""

    def of(self, is_weekly: bool) -> pd.DataFrame:
        """Return the frame of weeks, or that of days."""
        return self.weeks if is_weekly else self.days

    def why_not(self, is_weekly: bool) -> str:
        """Return why the frame has nothing that could be drawn, "" where it may have."""
        return self.why_empty or (self.why_no_week if is_weekly else "")


def read_series(
    warehouse: Warehouse,
    as_of: datetime,
    filters: Mapping[str, object],
    written_span: object = None,
) -> Series:
    """Return the series of the tickets that have the values of every filter, all without filters.

    `written_span` is a month, a day or a pair of days, see `spans.read_span`; None is every day.

    Raises:
        OpsdeskError: nothing is published yet; no ticket has a filter's column or value, or no
            day of the span.
    """
    with warehouse.reading():
        coverage = read_coverage(warehouse)
        span = _span_in(coverage, written_span)
        series = _read(warehouse, as_of, coverage, filters)
    return series if span is None else _cut(series, span, coverage)


def _read(
    warehouse: Warehouse, as_of: datetime, coverage: Coverage, filters: Mapping[str, object]
) -> Series:
    if not filters:
        days = read_days(warehouse, coverage)
        return Series(days, make_weeks(days, warehouse, coverage, EVERY_TICKET), "")
    columns = warehouse.columns("fact_tickets")
    selection = select_tickets(filters, columns, read_attributes(warehouse, filters))
    refuse_unknown_values(warehouse, pd.DataFrame(), filters)
    return _read_selected(warehouse, as_of, coverage, selection, describe(filters))


def _read_selected(
    warehouse: Warehouse, as_of: datetime, coverage: Coverage, selection: Selection, about: str
) -> Series:
    own = coverage_of(warehouse, selection, coverage)
    days = mark_days(read_selected_days(warehouse, selection, own, as_of), own)
    weeks = make_weeks(days, warehouse, own, selection)
    why = "" if own.tickets else f"No ticket has {about}."
    return Series(days, weeks, about, why_empty=why)


def describe(filters: Mapping[str, object]) -> str:
    """Return filters in words: "priority High, category Potholes or Street Lights"."""
    return ", ".join(f"{name} {_either(listed(value))}" for name, value in filters.items())


def _either(values: list[object]) -> str:
    return " or ".join(dict.fromkeys(map(str, values))) or "(no value)"


def _span_in(coverage: Coverage, written: object) -> Span | None:
    """Return the days of a span that the data have, None where that is every day.

    Raises:
        OpsdeskError: it is no span, or the data have no day of it.
    """
    if written is None:
        return None
    span = read_span(written)
    there = Span(coverage.first_day.date(), coverage.last_day.date())
    both = Span(max(span.first, there.first), min(span.last, there.last))
    if both.days < 1:
        raise OpsdeskError(f"The span {span} is outside the data, whose days are {there}.")
    return None if both == there else both


def _cut(series: Series, span: Span, coverage: Coverage) -> Series:
    """Return the days of a span, and the weeks that are whole within it."""
    days = _between(series.days, "ops_date", span.first, span)
    first_end = span.first + (DAYS_OF_A_WEEK - 1) * DAY
    weeks = _between(series.weeks, "week_ending", first_end, span)
    why = f"The span {span} has no whole week of the charts: choose a longer one."
    if span.last < coverage.last_day.date():  # then the axis ends with the span, not at as_of
        days = days.assign(as_of=NEVER)
        weeks = weeks.assign(as_of=NEVER)
    return series._replace(days=days, weeks=weeks, why_no_week="" if len(weeks) else why)


def _between(frame: pd.DataFrame, when: str, first: object, span: Span) -> pd.DataFrame:
    within = frame[when].between(pd.Timestamp(str(first)), pd.Timestamp(span.last))
    return frame[within].reset_index(drop=True)
