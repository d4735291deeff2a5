"""Points in time: as people write them, and what the clocks of a zone show at them.

What a zone's clocks show is read from the pinned package `tzdata` and nowhere else. The data of the
system, of DuckDB and of Java are of other releases, and would give other days.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import TypeVar
from zoneinfo import ZoneInfo

from opsdesk.errors import OpsdeskError

FIRST = datetime(1970, 1, 1, tzinfo=UTC)  # no date in the data is earlier
LAST = datetime(2131, 1, 1, tzinfo=UTC)  # nor later: a target is a century at most
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
Folded = TypeVar("Folded")


class ZoneBetween(str):
    """The name of a zone, for questions about the instants from `first` to `last` only."""

    def __new__(cls, timezone: str, first: datetime, last: datetime) -> "ZoneBetween":
        """Make the name."""
        zone = super().__new__(cls, timezone)
        zone.first = first
        zone.last = last
        return zone

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Offsets:
    """How far the clocks of a zone are from UTC.

    `seconds` has one number more than `changes` has instants: the first counts before the first
    change, the last one after the last.
    """

    changes: tuple[datetime, ...]
    seconds: tuple[int, ...]

    @property
    def wall_changes(self) -> tuple[datetime, ...]:
        """Return the wall times from which each next number counts (PEP 495, fold=0).

        A wall time that came twice is the first of the two; one that never came counts as if the
        clocks had not been changed yet.
        """
        pairs = zip(self.seconds, self.seconds[1:], strict=False)
        return tuple(
            (change + timedelta(seconds=max(pair))).replace(tzinfo=None)
            for change, pair in zip(self.changes, pairs, strict=True)
        )

    def fold(
        self,
        limits: tuple[datetime, ...],
        leaf: Callable[[int], Folded],
        branch: Callable[[datetime, Folded, Folded], Folded],
    ) -> Folded:
        """Return a balanced tree of decisions: `branch` is before or from one of the `limits` on.

        `limits` are the `changes` or the `wall_changes`, `leaf` makes something of the seconds.
        """

        def between(low: int, high: int) -> Folded:
            if low == high:
                return leaf(self.seconds[low])
            middle = (low + high) // 2
            return branch(limits[middle], between(low, middle), between(middle + 1, high))

        return between(0, len(limits))


def read_instant(name: str, text: str, timezone: str = "UTC") -> datetime:
    """Return the instant that `text` means, in UTC.

    It is ISO 8601; a time without offset is a wall time in `timezone`.

    Raises:
        OpsdeskError: not a time, or not a zone; names the parameter `name`.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OpsdeskError(
            f'{name}: {text!r} is not a time; write "2023-06-30 23:59:59".'
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=read_zone(timezone))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise OpsdeskError(f"{name}: {text!r} is outside the years 1 to 9999.") from None


def read_zone(timezone: str) -> ZoneInfo:
    """Return the IANA zone of that name, as the pinned package `tzdata` has it.

    Raises:
        OpsdeskError: there is no such zone.
    """
    if not is_zone(timezone):
        raise OpsdeskError(
            f"timezone: {timezone!r} is not an IANA time zone such as Europe/Berlin or UTC."
        )
    return _zone(str(timezone))


def is_zone(timezone: str) -> bool:
    """Return whether this is the name of an IANA zone, as it is written there."""
    return timezone in _zone_names() and timezone not in ("localtime", "Factory")


def zone_release() -> str:
    """Return the release of the zones' data, such as "tzdata 2026.6"."""
    return f"tzdata {metadata.version('tzdata')}"


def zone_digest(timezone: str) -> str:
    """Return a digest that differs for other clocks of the zone."""
    return hashlib.sha256(_zone_data(timezone)).hexdigest()


@lru_cache
def zone_offsets(timezone: str, first: datetime = FIRST, last: datetime = LAST) -> Offsets:
    """Return how far the clocks of a zone are from UTC from `first` to `last`."""
    zone = read_zone(timezone)
    changes = tuple(_changes(zone, first, last)) if zone.utcoffset(None) is None else ()
    seconds = (_seconds(first, zone), *(_seconds(change, zone) for change in changes))
    return Offsets(changes, seconds)


@lru_cache
def _zone(timezone: str) -> ZoneInfo:
    with _zone_file(timezone).open("rb") as file:
        return ZoneInfo.from_file(file, key=timezone)


@lru_cache
def _zone_names() -> frozenset[str]:
    return frozenset((resources.files("tzdata") / "zones").read_text(encoding="utf-8").split())


@lru_cache
def _zone_data(timezone: str) -> bytes:
    return _zone_file(timezone).read_bytes()


def _zone_file(timezone: str) -> Traversable:
    return resources.files("tzdata").joinpath("zoneinfo", *timezone.split("/"))


def _seconds(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the first second under each new offset."""
    day = first.replace(microsecond=0)
    offset = _seconds(day, zone)
    while day < last:
        after = _seconds(day + DAY, zone)
        if after != offset:
            yield _first_second(day, offset, zone)
        day += DAY
        offset = after


def _first_second(day: datetime, offset: int, zone: ZoneInfo) -> datetime:
    """Return the first second of the 24 h from `day` that has another offset, by halving them."""
    low = day
    high = day + DAY
    while high - low > SECOND:
        middle = low + (high - low) // 2 // SECOND * SECOND
        if _seconds(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return high


def is_month(text: str) -> bool:
    """Return whether `text` is a month such as 2023-01: the one rule for months."""
    return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text))


def read_month(name: str, text: str) -> str:
    """Return `text` if it is a month such as 2023-01, or empty.

    Raises:
        OpsdeskError: it is neither; the text names the parameter `name`.
    """
    if text and not is_month(text):
        raise OpsdeskError(
            f'{name}: {text!r} is not a month; write "2023-01", or "" for all there are.'
        )
    return text


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the instants at which a month such as 2023-01 begins and the next one begins, UTC."""
    year, number = int(month[:4]), int(month[5:])
    first = datetime(year, number, 1, tzinfo=UTC)
    return first, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def run_id(run_at: datetime) -> str:
    """Return the name of a run, from its moment: 20261124T030147-123 (UTC, milliseconds)."""
    return f"{run_at.astimezone(UTC):%Y%m%dT%H%M%S}-{run_at.microsecond // 1000:03d}"
