"""What a calendar is: the hours of a week in a zone, and the days on which it does not open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


class OpenSpan(NamedTuple):
    """Wall times in minutes from the midnight of the day on which it begins, 0 <= begin < 1440.

    `end` is after `begin`; above 1440 it is on the next day.
    """

    begin: int
    end: int


@dataclass(frozen=True)
class Calendar:
    """The open hours of each day of the week, Monday first, in the clocks of `timezone`.

    `holidays` name the days on which no span begins. `made_of` are the texts that decide what the
    calendar is; equal texts mean equal hours.
    """

    name: str
    timezone: str
    weekly: tuple[tuple[OpenSpan, ...], ...]
    holidays: "Holidays"
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holidays:
    """The days that a file lists, and those of a country's code such as US-MA; "" is no country."""

    dates: Mapping[date, str] = field(default_factory=dict)
    country: str = ""


@dataclass(frozen=True)
class SlaClock:
    """The calendars by name, and which of them times a ticket: `default`, or that of its priority.

    "" as a name of a calendar means that the clock runs round the clock.
    """

    default: str = ""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    of_priority: Mapping[str, str] = field(default_factory=dict)

    @property
    def made_of(self) -> tuple[str, ...]:
        """Return the texts that decide when the clock runs."""
        texts = [self.default]
        for name in sorted(self.calendars):
            texts += [name, *self.calendars[name].made_of]
        for priority in sorted(self.of_priority):
            texts += [priority, self.of_priority[priority]]
        return tuple(texts)


ROUND_THE_CLOCK = SlaClock()
