"""The last days in counts: what came in, what went out, and what was open, by age.

All arrays have one row per day of the window. Ages are days; tickets of 181 days and more are of
one age, because they are resolved alike.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from opsdesk.foresight.questions import ask
from opsdesk.warehouse.open import Warehouse

HORIZON = 28  # days of the forecast
ERRORS = 112  # past days whose errors make the bands
EXPOSURE = 56  # days that the hazards are of
ORIGINS = 2 * (ERRORS + HORIZON)  # days at whose end one looks ahead
WINDOW = ORIGINS + EXPOSURE
OLDEST = 181  # days; older tickets count as this old
DAY = timedelta(days=1)

Numbers = np.ndarray


@dataclass(frozen=True)
class Flows:
    """Counts of the days from `first_day` on.

    `inflow` and `outflow` are by day. `resolved` and `at_risk` are by day and age: those resolved
    on it, and those that could be (open at its beginning, or created on it). `stock` is what was
    open at its end, by age. `days_before` is the number of days of data before `first_day`.
    """

    first_day: date
    days_before: int
    inflow: Numbers
    outflow: Numbers
    resolved: Numbers
    at_risk: Numbers
    stock: Numbers

    @property
    def backlog(self) -> Numbers:
        """Return the tickets that were open at the end of each day."""
        sizes: Numbers = self.stock.sum(axis=1)
        return sizes

    @property
    def weekdays(self) -> Numbers:
        """Return the weekday of each day, Monday is 0."""
        return (self.first_day.weekday() + np.arange(len(self.inflow))) % 7


def read_flows(warehouse: Warehouse, first_day: date, last_day: date) -> Flows:
    """Return the flows of the last days up to `last_day`, of data that begin on `first_day`.

    Raises:
        OpsdeskError: the published tables cannot be read.
    """
    start = max(first_day, last_day - (WINDOW - 1) * DAY)
    first_created = max(first_day, start - OLDEST * DAY)
    counts = ask(
        warehouse,
        "backlog_flows",
        first_day=start,
        last_day=last_day,
        first_created=first_created,
    )
    return make_flows(counts, first_created, start, last_day, (start - first_day).days)


def make_flows(
    counts: pd.DataFrame, first_created: date, start: date, last_day: date, days_before: int
) -> Flows:
    """Return the flows of the days from `start` on, from counts by created_date and resolved_date.

    `counts` begins with the tickets created on `first_created`.
    """
    days = (last_day - start).days + 1
    lead = (start - first_created).days
    by_days = _by_days(counts, first_created, lead + days, lead, days)
    created = by_days.sum(axis=1)
    left = created[:, None] - by_days[:, :days].cumsum(axis=1)  # at the end of each day
    ages = lead + np.arange(days)[None, :] - np.arange(lead + days)[:, None]
    is_there = ages >= 0
    opening = np.concatenate([created[:, None], left[:, :-1]], axis=1)
    return Flows(
        first_day=start,
        days_before=days_before,
        inflow=created[lead:],
        outflow=by_days[:, :days].sum(axis=0),
        resolved=_by_age(by_days[:, :days], ages, is_there),
        at_risk=_by_age(opening, ages, is_there),
        stock=_by_age(left, ages, is_there),
    )


def _by_days(
    counts: pd.DataFrame, first_created: date, created_days: int, lead: int, days: int
) -> Numbers:
    """Return tickets by day of creation and day of resolution; the last column is still open."""
    created = _numbers(counts["created_date"], first_created)
    resolved = _numbers(counts["resolved_date"], first_created) - lead
    is_open = np.isnan(resolved)
    column = np.where(is_open, days, resolved).astype(int)
    by_days = np.zeros((created_days, days + 1))
    np.add.at(by_days, (created.astype(int), column), counts["tickets"].to_numpy(float))
    return by_days


def _numbers(dates: pd.Series, first: date) -> Numbers:
    since = pd.to_datetime(dates) - pd.Timestamp(first)
    return since.dt.days.to_numpy(float)


def _by_age(tickets: Numbers, ages: Numbers, is_there: Numbers) -> Numbers:
    """Return tickets by day and age, from tickets by day of creation and day."""
    days = tickets.shape[1]
    place = np.broadcast_to(np.arange(days), tickets.shape)[is_there]
    age = np.minimum(ages, OLDEST)[is_there]
    cells = np.bincount(
        place * (OLDEST + 1) + age, weights=tickets[is_there], minlength=days * (OLDEST + 1)
    )
    return cells.reshape(days, OLDEST + 1)
