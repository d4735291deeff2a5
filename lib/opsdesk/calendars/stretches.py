"""The time axis of a calendar, cut into stretches that are wholly open or wholly closed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from opsdesk.calendars.calendar import DAY_MINUTES, Calendar
from opsdesk.config.holiday_names import read_holidays
from opsdesk.instants import LAST, read_zone

DAY = timedelta(days=1)
EARLIER = 3 * DAY  # the first ticket is in the middle of stretches, in any zone
FARTHEST = 20  # years after the last moment: no deadline is looked for later
STEP = 5  # years for which the end of that search stays


class Stretch(NamedTuple):
    """Seconds since 1970, UTC, from `begin` until before `end`; the next one begins at `end`.

    `open_before` are the open seconds from the first stretch to `begin`. `open_days` are the days
    with opening hours up to and including the local day of `begin`. `closes_day` is the number, in
    that count, of the day whose last opening hours end at `end`; 0 where none does.
    """

    begin: int
    end: int
    is_open: bool
    open_before: int
    open_days: int
    closes_day: int


class _Opening(NamedTuple):
    """An opening in seconds since 1970, and the day on which it begins."""

    begin: int
    end: int
    day: date


def cut(calendar: Calendar, first: datetime, last: datetime, seconds: int) -> tuple[Stretch, ...]:
    """Return the stretches from before `first` until `seconds` of open time after `last`.

    A clock change may leave a span without a length, or push two into each other: an instant is
    open or not, never twice. Wall times that come twice are the first of the two; those that are
    skipped are moved forward (PEP 495, fold=0). The last stretch ends after `last`, and none
    begins after the `horizon`.
    """
    stretches: list[Stretch] = []
    spent_at_last = None
    end = horizon(last).timestamp()
    for stretch in _stretches(calendar, (first - EARLIER).date()):
        if stretch.end <= 0:
            continue
        stretches.append(stretch._replace(begin=max(stretch.begin, 0)))
        spent = stretch.open_before + (stretch.end - stretch.begin if stretch.is_open else 0)
        if spent_at_last is None and stretch.end > last.timestamp():
            spent_at_last = spent
        is_enough = spent_at_last is not None and spent >= spent_at_last + seconds
        if is_enough or stretch.end >= end:
            break
    return tuple(stretches)


def horizon(last: datetime) -> datetime:
    """Return until when a deadline is looked for: 20 to 25 years after `last`, and 2131 at most.

    It stays for five years. A deadline that is not found by then is the end of the calendar, and
    tables that were built in part must agree on it.
    """
    year = -(-(last.year + FARTHEST) // STEP) * STEP
    return min(datetime(year, 1, 1, tzinfo=UTC), LAST)


def _stretches(calendar: Calendar, day: date) -> Iterator[Stretch]:
    """Yield stretches from the local midnight of a day on, without an end."""
    zone = read_zone(calendar.timezone)
    holidays = calendar.holidays
    of_country = read_holidays(holidays.country)

    def instant(of_day: date, minutes: int) -> int:
        at = datetime.combine(of_day + DAY * (minutes // DAY_MINUTES), datetime.min.time())
        wall = at + timedelta(minutes=minutes % DAY_MINUTES)
        return int(wall.replace(tzinfo=zone).astimezone(UTC).timestamp())

    def openings(of_day: date) -> list[_Opening]:
        if of_day in holidays.dates or (holidays.country and of_country.get(of_day)):
            return []
        found = [
            _Opening(instant(of_day, span.begin), instant(of_day, span.end), of_day)
            for span in calendar.weekly[of_day.weekday()]
        ]
        return [opening for opening in found if opening.end > opening.begin]

    open_before = 0
    open_days = 0
    number_of: dict[date, int] = {}
    closing: dict[date, int] = {}
    running: list[_Opening] = []
    waiting: Stretch | None = None  # closed stretches are put together
    while True:
        midnight = instant(day, 0)
        after = instant(day + DAY, 0)
        todays = openings(day) if after > midnight else []  # a zone may skip a whole day
        if todays:
            open_days += 1
            number_of[day] = open_days
            closing[day] = max(opening.end for opening in todays)
        running = [one for one in running if one.end > midnight] + todays
        edges = {midnight, after}
        for one in running:
            edges |= {at for at in (one.begin, one.end) if midnight < at < after}
        ordered = sorted(edges)
        for begin, end in pairwise(ordered):
            is_open = any(one.begin <= begin and end <= one.end for one in running)
            closed_days = [of for of, at in closing.items() if at == end]
            closes = number_of[closed_days[0]] if is_open and closed_days else 0
            stretch = Stretch(begin, end, is_open, open_before, open_days, closes)
            if is_open:
                open_before += end - begin
            if waiting and not is_open and waiting.open_days == open_days:
                waiting = waiting._replace(end=end)
                continue
            if waiting:
                yield waiting
                waiting = None
            if is_open:
                yield stretch
            else:
                waiting = stretch
        for of_day in [of for of, at in closing.items() if at <= after]:
            del closing[of_day], number_of[of_day]
        day += DAY
