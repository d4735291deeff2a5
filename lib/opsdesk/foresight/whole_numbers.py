"""Forecasts in whole millionths, so that backlog = the day before + inflow - outflow exactly."""

from typing import NamedTuple

import numpy as np

from opsdesk.foresight.flows import Numbers

WHOLE = 1_000_000


class Path(NamedTuple):
    """The days ahead by origin and day, in whole millionths of a ticket."""

    inflow: Numbers
    outflow: Numbers
    backlog: Numbers


def make_path(backlog: Numbers, inflow: Numbers, outflow: Numbers) -> Path:
    """Return the path from the `backlog` of each origin; no more goes out than there is.

    The backlog is rounded, not its steps: 28 rounded steps would be 14 times as far off.
    """
    open_now = backlog.astype(float)
    sizes = np.empty_like(inflow)
    for ahead in range(inflow.shape[1]):
        there = open_now + inflow[:, ahead]
        open_now = there - np.minimum(outflow[:, ahead], there)
        sizes[:, ahead] = open_now
    coming = _millionths(inflow)
    rounded = _millionths(sizes)
    before = np.concatenate([_millionths(backlog)[:, None], rounded[:, :-1]], axis=1)
    return Path(coming, before + coming - rounded, rounded)


def _millionths(tickets: Numbers) -> Numbers:
    whole: Numbers = np.rint(tickets * WHOLE).astype(np.int64)
    return whole
