"""Bands around a forecast, as wide as its past errors were (split conformal, Vovk 2005)."""

from typing import NamedTuple

import numpy as np

from opsdesk.foresight.flows import ERRORS, HORIZON, Numbers

LEVELS = (80, 95)  # percent
LEAST_ERRORS = {80: 9, 95: 19}


class Bands(NamedTuple):
    """Half the width of each band by day ahead, in millionths of a ticket; -1 where unknown."""

    half80: Numbers
    half95: Numbers


def known_errors(errors: Numbers, position: int, horizon: int, most: int) -> Numbers:
    """Return the last errors at a horizon that are known at an origin.

    `errors` is by origin (one per day) and day ahead. An error of `horizon` days ahead is known
    that many days after its origin.
    """
    end = max(position - horizon + 1, 0)
    found: Numbers = errors[max(end - most, 0) : end, horizon - 1]
    return found


def bands_at(errors: Numbers, position: int) -> Bands:
    """Return the bands that were known at one origin, from the absolute errors of one method."""
    halves = {level: np.full(HORIZON, -1, dtype=np.int64) for level in LEVELS}
    for horizon in range(1, HORIZON + 1):
        known = np.sort(known_errors(errors, position, horizon, ERRORS))
        for level in LEVELS:
            if len(known) >= LEAST_ERRORS[level]:
                halves[level][horizon - 1] = known[rank(len(known), level) - 1]
    return Bands(halves[80], halves[95])


def rank(errors: int, level: int) -> int:
    """Return which of the sorted errors is half the width: ceil((n + 1) x level), from 1."""
    return -(-(errors + 1) * level // 100)
