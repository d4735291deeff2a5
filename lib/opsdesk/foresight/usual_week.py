"""The usual week: what each weekday brought lately, seen from the end of past days."""

import numpy as np

from opsdesk.foresight.flows import HORIZON, Numbers

WEEK = 7
WEEKS = 4  # the last four days of the same name
FIRST_ORIGIN = WEEK * WEEKS - 1  # the 28th day has four of each before it


def usual(flow: Numbers, origins: Numbers) -> Numbers:
    """Return the mean of the last four same weekdays, by origin and day ahead (1 to 28).

    `flow` is by day, `origins` are numbers of days, at whose end one looks ahead.
    """
    ahead = np.arange(HORIZON)
    weeks_back = ahead // WEEK + 1 + np.arange(WEEKS)[:, None]
    days = origins[:, None, None] + 1 + ahead - WEEK * weeks_back
    mean: Numbers = flow[days].mean(axis=1)
    return mean


def weekdays_ahead(weekdays: Numbers, origins: Numbers) -> Numbers:
    """Return the weekday of each day ahead, by origin."""
    ahead: Numbers = (weekdays[origins][:, None] + 1 + np.arange(HORIZON)) % WEEK
    return ahead
