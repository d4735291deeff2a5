"""The days of selected tickets: the figures of backlog_daily for any part of the tickets.

segment_daily has no ages, and one dimension at a time. Here everything is made of counts by
(created_date, resolved_date), as backlog_daily is; the cost grows with days times days.
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
    cohorts = ask_of(warehouse, selection, "cohorts")
    due = ask_of(warehouse, selection, "due_days", as_of=as_of)
    frame = pd.DataFrame(stocks(cohorts, days))
    frame.insert(0, "ops_date", days)
    for column, when in (("inflow", "created_date"), ("outflow", "resolved_date")):
        frame[column] = _per_day(cohorts, when, "tickets", days)
    for column in ("sla_due_tickets", "sla_due_missed"):
        frame[column] = _per_day(due, "ops_date", column, days)
    late = _per_day(due, "ops_date", "resolved_late", days)
    frame["past_due"] = np.cumsum(frame["sla_due_missed"] - late)
    frame["total_age_days"] = np.nan  # of the whole desk alone
    return frame


def stocks(cohorts: pd.DataFrame, days: pd.DatetimeIndex) -> list[dict[str, float]]:
    """Return for each day the open tickets at its end, in all and by age, and their percentiles.

    Args:
        cohorts: created_date, resolved_date and the number of tickets.
        days: every day, in order; the first is not after the first created_date.
    """
    created = _per_day(cohorts, "created_date", "tickets", days)
    leaving = _by_resolved_day(cohorts, days)
    still_open = np.zeros(len(days), "int64")  # by the day on which they were created
    rows = []
    for day in range(len(days)):
        still_open[day] = created[day]
        if day in leaving:
            created_on, tickets = leaving[day]
            still_open[created_on] -= tickets
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


def _by_resolved_day(
    cohorts: pd.DataFrame, days: pd.DatetimeIndex
) -> Mapping[int, tuple[Counts, Counts]]:
    """Return for each day of resolutions when the tickets were created, and how many they are."""
    resolved = cohorts[cohorts["resolved_date"].notna()]
    created_on = pd.Series(_places(resolved["created_date"], days), resolved.index)
    grouped = resolved.groupby(_places(resolved["resolved_date"], days))
    return {
        int(str(day)): (created_on[rows.index].to_numpy(), rows["tickets"].to_numpy("int64"))
        for day, rows in grouped
    }


def _per_day(frame: pd.DataFrame, when: str, column: str, days: pd.DatetimeIndex) -> Counts:
    """Return the sum of a column for each day, 0 where it has no row."""
    dated = frame[frame[when].notna()]
    sums = np.zeros(len(days), "int64")
    np.add.at(sums, _places(dated[when], days), dated[column].to_numpy("int64"))
    return sums


def _places(dates: pd.Series, days: pd.DatetimeIndex) -> Counts:
    since_first = pd.to_datetime(dates) - days[0]
    return np.asarray(since_first.dt.days, dtype="int64")
