"""The plan of a sample: how many tickets, over which days, and how busy each hour is."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from opsdesk.sample.chance import Integers, draw

DAY = 86_400  # seconds
WEEKDAYS = (110, 104, 100, 97, 88, 30, 24)  # how busy, Monday first
HOURS = (6, 4, 3, 3, 4, 8, 20, 45, 80, 100, 98, 90, 70, 84, 90, 84, 70, 52, 34, 26, 22, 18, 12, 8)
GROWTH = 400  # per mille per year
USUAL_LOAD = 10
OUTAGE_LOAD = 24  # in the week of the outage


@dataclass(frozen=True)
class Plan:
    """How many tickets, over which days, by how many agents."""

    tickets: int
    start: date
    days: int
    agents: int

    @property
    def outage_day(self) -> int:
        """Return the first day of the outage, from 0: a Monday at three fifths of the period."""
        day = self.days * 3 // 5
        weekday = (self.start + timedelta(day)).weekday()
        return max(0, day - weekday)

    @cached_property
    def load(self) -> Integers:
        """Return how busy each hour of the period is, as whole numbers."""
        days = np.arange(self.days)
        weekday = np.array(WEEKDAYS)[(days + self.start.weekday()) % 7]
        growth = 1000 + GROWTH * days // 365
        chance = 88 + draw("day", days, 25)
        outage = np.where(self.in_outage(days), OUTAGE_LOAD, USUAL_LOAD)
        daily = weekday * growth * chance * outage
        return np.outer(daily, np.array(HOURS)).ravel()

    def in_outage(self, days: Integers) -> Integers:
        """Return whether each day, from 0, is in the week of the outage."""
        return (days >= self.outage_day) & (days < self.outage_day + 7)
