"""Wall times that a clock change makes doubtful, taken from the IANA data that Python's zoneinfo reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class DoubtfulHours(NamedTuple):
    """Wall times from `start` up to `end` (on one day) that came twice or never, and the UTC offset before the change."""

    start: datetime
    end: datetime
    offset: timedelta
    kind: str  # ambiguous_time | nonexistent_time


@lru_cache
def doubtful_hours(zone_name: str) -> tuple[DoubtfulHours, ...]:
    """Every stretch of repeated or skipped wall time of a zone from 1970 to 2100.

    Read with the offset before the change, a repeated time is the first of the two and a skipped one moves forward by the gap
    (PEP 495, fold=0).
    """
    zone = ZoneInfo(zone_name)
    if zone.utcoffset(None) is not None:  # a zone that never changes its clocks, such as UTC
        return ()
    return tuple(hours for change in _changes(zone) for hours in _stretches(change, zone))


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset()


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The first second under each new offset, by halving the days on which the offset changes."""
    day, offset = FIRST, _offset(FIRST, zone)
    while day < LAST:
        after = _offset(day + DAY, zone)
        if after != offset:
            low, high = day, day + DAY
            while high - low > SECOND:
                middle = low + (high - low) // 2 // SECOND * SECOND
                low, high = (middle, high) if _offset(middle, zone) == offset else (low, middle)
            yield high
        day, offset = day + DAY, after


def _stretches(change: datetime, zone: ZoneInfo) -> Iterator[DoubtfulHours]:
    """The doubtful wall times around one change, cut at midnight."""
    before, after = _offset(change - SECOND, zone), _offset(change, zone)
    kind = "ambiguous_time" if after < before else "nonexistent_time"
    start, end = ((change + offset).replace(tzinfo=None) for offset in sorted((before, after)))
    while start < end:
        midnight = datetime.combine(start.date() + DAY, time())
        yield DoubtfulHours(start, min(end, midnight), before, kind)
        start = midnight
