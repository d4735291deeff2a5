"""The normal range of a week's value: between which values it is while the desk stays as it is.

It is the mean and 2.66 mean moving ranges to both sides, the limits of a chart of individual values
(Wheeler 1993; 2.66 = 3 / 1.128).
"""

import math
from datetime import date

import pandas as pd

from opsdesk.trends.coverage import DAY
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK

WEEKS = 26  # behind a range
FEWEST = 12  # weekly values from which a range can be said
SPREAD = 2.66

Range = tuple[float, float]


def normal_range(weekly: pd.Series, most: float = math.inf) -> Range | None:
    """Return the range of a week's value, from 0 to `most`; None if there are too few values."""
    known = weekly.dropna()
    if len(known) < FEWEST:
        return None
    moving = float(known.diff().abs().mean())
    mean = float(known.mean())
    return max(mean - SPREAD * moving, 0.0), min(mean + SPREAD * moving, most)


def weeks_since(baseline: date | None, last_day: pd.Timestamp) -> int:
    """Return how many whole weeks there are from a baseline to the last day; all without one."""
    if baseline is None:
        return WEEKS
    return min(((last_day - pd.Timestamp(baseline)).days + 1) // DAYS_OF_A_WEEK, WEEKS)


def range_of_weeks(weeks: pd.DataFrame, column: str, baseline: date | None) -> Range | None:
    """Return the normal range of a flow or of attainment, which is a share.

    Weeks that begin in the burn-in or before the baseline are left out, and so are rates of few
    tickets, as they are where a target is judged.

    Args:
        weeks: the result of `series.read_weeks`.
        column: inflow, outflow or attainment.
        baseline: its first day, None without one.
    """
    if weeks.empty:
        return None
    begins = weeks["week_ending"] - (DAYS_OF_A_WEEK - 1) * DAY
    values = weeks[column][~(begins <= weeks["burn_in_until"])]  # also where there is no burn-in
    since = weeks_since(baseline, weeks["week_ending"].iloc[-1])
    if column != "attainment":
        return normal_range(values.tail(since))
    return normal_range(values.mask(weeks["is_due_few"]).tail(since), most=1.0)
