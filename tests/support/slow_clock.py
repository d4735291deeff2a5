"""The SLA clock, computed slowly and independently: minute by minute, from the hours of a week as texts.

It knows nothing of stretches or cumulated seconds: it asks of every minute whether it is open, and counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekly = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SlowCalendar:
    """The calendar `name`: hours such as {"mon": ("09:00-17:00",)} in `zone`, not on `holidays`."""

    name: str
    zone: str
    weekly: tuple[tuple[str, tuple[str, ...]], ...]
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls, name: str, zone: str, weekly: Weekly, holidays: Iterable[date] = ()
    ) -> "SlowCalendar":
        return cls(name, zone, tuple(weekly.items()), frozenset(holidays))

    def spent(self, begin: datetime, end: datetime) -> timedelta:
        """The open time between two instants."""
        total, at = timedelta(), begin
        while at < end:
            following = min(_next_minute(at), end)
            if _is_open(self, at):
                total += following - at
            at = following
        return total

    def due(self, created: datetime, seconds: int) -> datetime:
        """The first instant, not before `created`, at which so many open seconds have passed."""
        left, at = timedelta(seconds=seconds), created
        while left:
            following = _next_minute(at)
            if _is_open(self, at):
                if left <= following - at:
                    return at + left
                left -= following - at
            at = following
        return at

    def due_after_days(self, created: datetime, days: int) -> datetime:
        """The end of the last opening of the n-th day with openings, after the local day of creation."""
        day = created.astimezone(ZoneInfo(self.zone)).date()
        while days:
            day += DAY
            if spans := self.openings(day):
                days -= 1
        return max(end for _, end in spans)

    def openings(self, day: date) -> list[tuple[datetime, datetime]]:
        """The openings that begin on a local day, as instants."""
        if day in self.holidays or _instant(self.zone, day) >= _instant(self.zone, day + DAY):
            return []
        found = []
        for text in dict(self.weekly).get(NAMES[day.weekday()], ()):
            begin, end = (_minutes(part) for part in text.split("-"))
            ends_on = day if end > begin else day + DAY
            opening = (_instant(self.zone, day, begin), _instant(self.zone, ends_on, end))
            if opening[1] > opening[0]:
                found.append(opening)
        return found


@dataclass(frozen=True)
class SlowClock:
    """Which calendar times a ticket: that of its priority, else the default; None is round the clock."""

    default: SlowCalendar | None = None
    of_priority: Mapping[str, SlowCalendar | None] = field(default_factory=dict)

    def calendar(self, priority: str | None) -> SlowCalendar | None:
        return self.of_priority.get(priority or "(none)", self.default)


def _next_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + MINUTE


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@lru_cache(maxsize=100_000)
def _instant(zone: str, day: date, minutes: int = 0) -> datetime:
    """The first instant at which the clocks of the zone show a time, or would have shown it before a gap."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _is_open(calendar: SlowCalendar, at: datetime) -> bool:
    return at.replace(second=0, microsecond=0) in _open_minutes(calendar, at.date())


@lru_cache(maxsize=20_000)
def _open_minutes(calendar: SlowCalendar, utc_day: date) -> frozenset[datetime]:
    """The open minutes of a UTC day."""
    found: set[datetime] = set()
    for shift in range(-3, 4):
        for begin, end in calendar.openings(utc_day + shift * DAY):
            at = begin
            while at < end:
                if at.date() == utc_day:
                    found.add(at)
                at += MINUTE
    return frozenset(found)
