"""The days of selected tickets: the figures of backlog_daily for any part of the tickets.

segment_daily has no ages, and one dimension at a time. Here everything is made of counts by
day of creation and day of change, as backlog_daily is; the cost grows with days times days.

A ticket with a history is closed and reopened on the days on which it was. What selects it are its
values at as_of, on all days: segment_daily has those that were in force on the day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.trends.coverage import Coverage
from opsdesk.trends.selection import Selection, ask_of
from opsdesk.warehouse.open import Warehouse

OLDEST_OF_BAND = (1, 7, 30, 90)  # days; the last band has no end
Counts = NDArray[np.int64]


def coverage_of(warehouse: Warehouse, selection: Selection, coverage: Coverage) -> Coverage:
    """Return the coverage of the selected tickets: what is known of them; days are the desk's."""
    known = ask_of(warehouse, selection, "known").iloc[0]
    return replace(
        coverage,
        tickets=int(known["tickets"]),
        with_target=int(known["with_target"]),
        judged=int(known["judged"]),
        responded=int(known["responded"]),
    )


def read_selected_days(
    warehouse: Warehouse, selection: Selection, coverage: Coverage, as_of: datetime
) -> pd.DataFrame:
    """Return one row per day of the desk, with the columns of the question `days`.

    `as_of` is the instant of the publication.
    """
    days = pd.date_range(coverage.first_day, coverage.last_day)
    changes = ask_of(warehouse, selection, "openings_and_closings")
    due = ask_of(warehouse, selection, "due_days", as_of=as_of)
    frame = pd.DataFrame(stocks(changes, days))
    frame.insert(0, "ops_date", days)
    frame["inflow"] = _per_day(changes, "opened", days)
    frame["outflow"] = _per_day(changes, "closed", days)
    for column in ("sla_due_tickets", "sla_due_missed"):
        frame[column] = _per_day(due, column, days)
    late = _per_day(due, "resolved_late", days)
    frame["past_due"] = np.cumsum(frame["sla_due_missed"] - late)
    frame["total_age_days"] = np.nan  # of the whole desk alone
    return frame


def stocks(changes: pd.DataFrame, days: pd.DatetimeIndex) -> list[dict[str, float]]:
    """Return for each day the open tickets at its end, in all and by age, and their percentiles.

    Args:
        changes: created_date, ops_date, and how many tickets of that created_date were opened and
            closed on that ops_date.
        days: every day, in order; the first is not after the first created_date.
    """
    by_day = _by_day(changes, days)
    still_open = np.zeros(len(days), "int64")  # by the day on which they were created
    rows = []
    for day in range(len(days)):
        if day in by_day:
            created_on, tickets = by_day[day]
            still_open[created_on] += tickets
        rows.append(_by_age(still_open[day::-1]))
    return rows


def _by_age(tickets: Counts) -> dict[str, float]:
    """Return the stock of a day from its open tickets by age in days."""
    running = np.cumsum(tickets)
    ends = [running[min(oldest, len(running) - 1)] for oldest in OLDEST_OF_BAND]
    bands = np.diff([0, *ends, running[-1]])
    return {
        "backlog_size": int(running[-1]),
        **dict(zip(AGE_BANDS, map(int, bands), strict=True)),
        "age_p50_days": _percentile(running, 1, 2),
        "age_p90_days": _percentile(running, 9, 10),
    }


def _percentile(running: Counts, part: int, of_parts: int) -> float:
    """Return the smallest age whose cumulative share is at least part / of_parts."""
    total = running[-1]
    return float(np.argmax(running * of_parts >= total * part)) if total else np.nan


def _by_day(changes: pd.DataFrame, days: pd.DatetimeIndex) -> Mapping[int, tuple[Counts, Counts]]:
    """Return for each day when the tickets that changed were created, and how many more are open.

    There is at most one row per day and created_date.
    """
    created_on = pd.Series(_places(changes["created_date"], days), changes.index)
    more = changes["opened"].astype("int64") - changes["closed"].astype("int64")
    grouped = more.groupby(_places(changes["ops_date"], days))
    return {
        int(str(day)): (_numbers(created_on[tickets.index]), _numbers(tickets))
        for day, tickets in grouped
    }


def _per_day(frame: pd.DataFrame, column: str, days: pd.DatetimeIndex) -> Counts:
    """Return the sum of a column for each day, 0 where it has no row."""
    sums = np.zeros(len(days), "int64")
    np.add.at(sums, _places(frame["ops_date"], days), frame[column].to_numpy("int64"))
    return sums


def _numbers(values: pd.Series) -> Counts:
    return np.asarray(values, dtype="int64")


def _places(dates: pd.Series, days: pd.DatetimeIndex) -> Counts:
    since_first = pd.to_datetime(dates) - days[0]
    return np.asarray(since_first.dt.days, dtype="int64")
