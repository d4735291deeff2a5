"""Wall times that a clock change makes doubtful, by the IANA data that Python's zoneinfo reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(2101, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class DoubtfulHours(NamedTuple):
    """Wall times from `start` up to `end`, on one day, that came twice or never.

    `offset` is the offset from UTC before the change.
    """

    start: datetime
    end: datetime
    offset: timedelta
    kind: str  # ambiguous_time | nonexistent_time


@lru_cache
def doubtful_hours(zone_name: str) -> tuple[DoubtfulHours, ...]:
    """Return every stretch of repeated or skipped wall time of a zone, from 1970 to 2100.

    The offset before the change decides: a repeated time is the first of the two, and a skipped
    one moves forward by the gap (PEP 495, fold=0).
    """
    zone = ZoneInfo(zone_name)
    if zone.utcoffset(None) is not None:  # a zone that never changes its clocks, such as UTC
        return ()
    return tuple(hours for change in _changes(zone) for hours in _stretches(change, zone))


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the first second under each new offset."""
    day = FIRST
    offset = _offset(day, zone)
    while day < LAST:
        after = _offset(day + DAY, zone)
        if after != offset:
            yield _first_second(day, offset, zone)
        day += DAY
        offset = after


def _first_second(day: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    """Return the first second of the 24 h from `day` that has another offset, by halving them."""
    low = day
    high = day + DAY
    while high - low > SECOND:
        middle = low + (high - low) // 2 // SECOND * SECOND
        if _offset(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return high


def _stretches(change: datetime, zone: ZoneInfo) -> Iterator[DoubtfulHours]:
    """Yield the doubtful wall times around one change, cut at midnight."""
    before = _offset(change - SECOND, zone)
    after = _offset(change, zone)
    kind = "ambiguous_time" if after < before else "nonexistent_time"
    start = (change + min(before, after)).replace(tzinfo=None)
    end = (change + max(before, after)).replace(tzinfo=None)
    while start < end:
        midnight = datetime.combine(start.date() + DAY, time())
        yield DoubtfulHours(start, min(end, midnight), before, kind)
        start = midnight
