"""The figures of the last seven whole days, or of as many as a young export has."""

from dataclasses import dataclass

import pandas as pd

from opsdesk.trends.coverage import DAY, Coverage, last_whole_day

WEEK = 7  # days


@dataclass(frozen=True)
class Now:
    """The figures of the brief: stocks at the end of `last_day`, flows of the `days` up to it.

    `figures` has the columns of a week (see `series.read_weeks`), NaN where one is not known.
    `is_whole` is whether a day is over at all.
    """

    last_day: pd.Timestamp
    days: int
    is_whole: bool
    figures: pd.Series

    @property
    def is_week(self) -> bool:
        """Return whether it is a whole week."""
        return self.is_whole and self.days == WEEK

    @property
    def first_day(self) -> pd.Timestamp:
        """Return the first day of the flows."""
        return self.last_day - (self.days - 1) * DAY


def read_now(days: pd.DataFrame, weeks: pd.DataFrame, coverage: Coverage, due_24h: int) -> Now:
    """Return the figures of this morning.

    Args:
        days: the result of `series.read_days`.
        weeks: the result of `series.read_weeks`.
        coverage: how far the tables reach.
        due_24h: open tickets with a deadline in the 24 hours after as_of.
    """
    last = last_whole_day(coverage)
    is_whole = last >= coverage.first_day
    if not is_whole:
        last = coverage.last_day
    if len(weeks) and weeks["week_ending"].iloc[-1] == last:
        figures = weeks.iloc[-1].copy()
        span = WEEK
    else:
        shown = days[days["ops_date"] <= last].tail(WEEK)
        figures = _sums(shown, list(weeks.columns))
        span = len(shown)
    if not figures["why_no_promises"]:
        figures["due_24h"] = due_24h  # from as_of on, as the list of work
    return Now(last, span, is_whole, figures)


def _sums(days: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Return days as a week: stocks of the last one, sums of flows, NaN for all else."""
    figures = days.iloc[-1].reindex(columns)
    for flow in ("inflow", "outflow", "sla_due_tickets", "sla_due_missed"):
        figures[flow] = days[flow].sum(min_count=1)
    due = figures["sla_due_tickets"]
    figures["attainment"] = 1 - figures["sla_due_missed"] / due if due else float("nan")
    return figures
