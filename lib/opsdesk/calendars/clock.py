"""The SLA clock as the SQL takes it: three texts, which are parameters like any other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from opsdesk.calendars.calendar import SlaClock
from opsdesk.calendars.stretches import Stretch, cut

# the parameters of the SQL where every clock runs round the clock
NO_CALENDAR: Mapping[str, str] = dict.fromkeys(
    ("calendar_default", "calendar_of_priority", "calendar_stretches"), ""
)


@dataclass(frozen=True)
class ClockTexts:
    """The clock between two instants: the parameters of the SQL, and the last instant they know."""

    parameters: Mapping[str, str]
    until: datetime


def clock_texts(clock: SlaClock, first: datetime, last: datetime, hours: float) -> ClockTexts:
    """Return the clock for what happens from `first` to `last` with targets up to `hours`.

    `calendar_stretches` has a line for each stretch: numbers of fixed width, then the name of its
    calendar. `calendar_of_priority` has a line for each priority with a calendar of its own: the
    name, a tab, the priority.
    """
    lines = []
    until = last
    for name, calendar in sorted(clock.calendars.items()):
        stretches = cut(calendar, first, last, round(hours * 3600))
        lines += [_line(stretch, name) for stretch in stretches]
        until = max(until, datetime.fromtimestamp(stretches[-1].end, UTC))
    chosen = [f"{name}\t{priority}" for priority, name in sorted(clock.of_priority.items())]
    return ClockTexts(
        {
            "calendar_default": clock.default,
            "calendar_of_priority": "\n".join(chosen),
            "calendar_stretches": "\n".join(lines),
        },
        until,
    )


def _line(stretch: Stretch, name: str) -> str:
    return (
        f"{stretch.begin:011d} {stretch.end:011d} {stretch.is_open:d} {stretch.open_before:011d} "
        f"{stretch.open_days:06d} {stretch.closes_day:06d} {name}"
    )
