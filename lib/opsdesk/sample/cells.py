"""The cells of a sample as texts: words by their places, instants in two styles, hours."""

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

import numpy as np

from opsdesk.sample.chance import Integers
from opsdesk.sample.plan import DAY, Plan

MINUTES = tuple(divmod(minute, 60) for minute in range(1440))  # hour and minute


def words_at(words: Iterable[object], places: Integers) -> list[str]:
    """Return for each place the word there."""
    texts = [str(word) for word in words]
    return [texts[place] for place in places.tolist()]


def instants(plan: Plan, seconds: Integers) -> list[str]:
    """Return instants as 2023-01-02 03:04:05, for seconds from the start of the period."""
    days = [f"{plan.start + timedelta(day):%Y-%m-%d} " for day in range(plan.days)]
    clock = _clock_seconds()
    return [days[second // DAY] + clock[second % DAY] for second in seconds.tolist()]


def resolutions(plan: Plan, seconds: Integers, is_iso: Integers, is_open: Integers) -> list[str]:
    """Return resolved_at as 1/2/23 3:04, or as ISO; "" while open."""
    texts = _short_instants(plan, np.where(is_open, 0, seconds))
    for place in np.flatnonzero(is_open).tolist():
        texts[place] = ""
    iso = np.flatnonzero(is_iso & ~is_open)
    for place, text in zip(iso.tolist(), instants(plan, seconds[iso]), strict=True):
        texts[place] = text
    return texts


def hours(seconds: Integers, is_open: Integers) -> list[str]:
    """Return hours with two decimals, "" while open."""
    hundredths = np.where(is_open, -1, (seconds + 18) // 36)
    return [
        "" if hours < 0 else f"{hours // 100}.{hours % 100:02d}" for hours in hundredths.tolist()
    ]


def _short_instants(plan: Plan, seconds: Integers) -> list[str]:
    dates = [plan.start + timedelta(day) for day in range(plan.days)]
    days = [f"{day.month}/{day.day}/{day.year % 100:02d} " for day in dates]
    clock = _clock_minutes()
    return [days[second // DAY] + clock[second % DAY // 60] for second in seconds.tolist()]


@lru_cache(maxsize=1)
def _clock_seconds() -> list[str]:
    """Return every second of a day as 03:04:05: a look-up is faster than formatting each."""
    return [f"{hour:02d}:{minute:02d}:{s:02d}" for hour, minute in MINUTES for s in range(60)]


@lru_cache(maxsize=1)
def _clock_minutes() -> list[str]:
    """Return every minute of a day as 3:04."""
    return [f"{hour}:{minute:02d}" for hour, minute in MINUTES]
