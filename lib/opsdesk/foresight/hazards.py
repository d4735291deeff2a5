"""Hazards: the share of the tickets of an age that is resolved in a day, and its weekdays."""

from typing import NamedTuple

import numpy as np

from opsdesk.foresight.flows import EXPOSURE, OLDEST, Flows, Numbers
from opsdesk.foresight.usual_week import WEEK

# Ages at which a class begins: 0 to 14 singly, then wider, because few tickets are so old.
CLASSES = np.array([*range(15), 15, 22, 29, 43, 61, 91, OLDEST])
CLASS_OF_AGE = np.searchsorted(CLASSES, np.arange(OLDEST + 1), side="right") - 1
# Weekdays differ for new tickets, those of a week, and old ones.
GROUP_OF_CLASS = np.where(CLASSES == 0, 0, np.where(CLASSES <= WEEK, 1, 2))
GROUPS = 3
ROUNDS = 4
PRIOR = 5  # tickets that pull the factor of a weekday to 1


class Hazards(NamedTuple):
    """`hazard` is by origin and class, `factor` by origin, group and weekday."""

    hazard: Numbers
    factor: Numbers

    def daily(self, weekdays: Numbers) -> Numbers:
        """Return the share that is resolved in a day, by origin and age, on a weekday each."""
        place = np.arange(len(weekdays))[:, None]
        factor = self.factor[place, GROUP_OF_CLASS[None, :], weekdays[:, None]]
        shares: Numbers = np.minimum(self.hazard * factor, 1.0)[:, CLASS_OF_AGE]
        return shares


def fit_hazards(flows: Flows, origins: Numbers) -> Hazards:
    """Return the hazards of the last 56 days up to each origin.

    Hazards and factors are fitted in turn, four times. A class that had no ticket takes the hazard
    of the class before it.
    """
    at_risk = _by_weekday(flows.at_risk, flows.weekdays, origins)
    resolved = _by_weekday(flows.resolved, flows.weekdays, origins)
    in_class = resolved.sum(axis=1)
    factor = np.ones((len(origins), GROUPS, WEEK))
    for _ in range(ROUNDS):
        weights = factor[:, GROUP_OF_CLASS, :].transpose(0, 2, 1)
        hazard = _filled(in_class, (at_risk * weights).sum(axis=1))
        expected = _by_group(at_risk * hazard[:, None, :])
        factor = (_by_group(resolved) + PRIOR) / (expected + PRIOR)
    return Hazards(hazard, factor)


def _by_weekday(tickets: Numbers, weekdays: Numbers, origins: Numbers) -> Numbers:
    """Return the sums of the last 56 days up to each origin, by weekday and class."""
    days = len(tickets)
    classes = np.zeros((days, len(CLASSES)))
    for number in range(len(CLASSES)):
        classes[:, number] = tickets[:, number == CLASS_OF_AGE].sum(axis=1)
    by_weekday = np.zeros((days + 1, WEEK, len(CLASSES)))
    by_weekday[np.arange(days) + 1, weekdays] = classes
    so_far = by_weekday.cumsum(axis=0)
    sums: Numbers = so_far[origins + 1] - so_far[np.maximum(origins + 1 - EXPOSURE, 0)]
    return sums


def _filled(resolved: Numbers, exposure: Numbers) -> Numbers:
    """Return resolved / exposure, at most 1; without exposure the value of the class before."""
    hazard: Numbers = np.zeros_like(resolved)
    np.divide(resolved, exposure, out=hazard, where=exposure > 0)
    hazard = np.minimum(hazard, 1.0)
    for number in range(1, hazard.shape[1]):
        is_empty = exposure[:, number] <= 0
        hazard[is_empty, number] = hazard[is_empty, number - 1]
    return hazard


def _by_group(tickets: Numbers) -> Numbers:
    """Return sums by origin, group and weekday."""
    sums = [tickets[:, :, group == GROUP_OF_CLASS].sum(axis=2) for group in range(GROUPS)]
    return np.stack(sums, axis=1)
