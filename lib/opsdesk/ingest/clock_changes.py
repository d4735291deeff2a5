"""What the clocks of a zone showed: wall time cut where it has another offset or is doubtful."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from opsdesk.instants import DAY, FIRST, LAST, zone_offsets


class WallHours(NamedTuple):
    """Wall times of one month, from `start` up to `end`, `seconds` ahead of UTC.

    `doubt` is why one of them may be meant otherwise: it came twice (the first of the two counts)
    or never (it counts as if the clocks had not been changed yet; PEP 495, fold=0).
    """

    start: datetime
    end: datetime
    seconds: int
    doubt: str | None  # ambiguous_time | nonexistent_time


@lru_cache
def wall_hours(timezone: str) -> tuple[WallHours, ...]:
    """Return all wall times of a zone from 1970 to 2130; none where it never changes its clocks."""
    offsets = zone_offsets(timezone)
    if not offsets.changes:
        return ()
    return tuple(hours for period in _periods(timezone) for hours in _by_month(period))


def _periods(timezone: str) -> Iterator[WallHours]:
    """Yield the wall times before the first change, its doubtful ones, those up to the next."""
    offsets = zone_offsets(timezone)
    start = (FIRST - 2 * DAY).replace(tzinfo=None)  # a day and more west of UTC
    for change, (before, after) in zip(offsets.changes, pairwise(offsets.seconds), strict=True):
        doubtful = _wall(change, min(before, after))
        end = _wall(change, max(before, after))
        yield WallHours(start, doubtful, before, None)
        kind = "ambiguous_time" if after < before else "nonexistent_time"
        yield WallHours(doubtful, end, before, kind)
        start = end
    yield WallHours(start, LAST.replace(tzinfo=None), offsets.seconds[-1], None)


def _by_month(hours: WallHours) -> Iterator[WallHours]:
    start = hours.start
    while start < hours.end:
        following = (start.replace(day=28) + 4 * DAY).replace(day=1)
        midnight = datetime(following.year, following.month, 1)
        yield hours._replace(start=start, end=min(hours.end, midnight))
        start = midnight


def _wall(instant: datetime, seconds: int) -> datetime:
    return (instant + timedelta(seconds=seconds)).replace(tzinfo=None)
