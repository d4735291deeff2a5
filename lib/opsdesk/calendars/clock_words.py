"""The SLA clock in a sentence: when it runs, by which calendars, and for which priorities."""

import json
from collections.abc import Collection, Mapping

from opsdesk.calendars.calendar import Calendar, Holidays, SlaClock
from opsdesk.calendars.week import week_words
from opsdesk.guards.texts import one_line

ROUND_THE_CLOCK_SENTENCE = "The SLA clock runs round the clock."
# of the parameters in a row of `_runs`
KEY = "sla_clock"
REMARK = "clock_remark"
SHOWN = 10  # priorities that a remark names


def clock_sentence(clock: SlaClock) -> str:
    """Return when the SLA clock runs, in one sentence.

    The SLA clock runs Mon to Fri 09:00-17:00 (desk, UTC; holidays of US-MA); High round the clock.
    """
    if not clock.calendars and not clock.default:
        return ROUND_THE_CLOCK_SENTENCE
    parts = [f"The SLA clock runs {_hours(clock, clock.default)}"]
    by_name: dict[str, list[str]] = {}
    for priority, name in clock.of_priority.items():
        by_name.setdefault(name, []).append(priority)
    parts += [f"{_listed(who)} {_hours(clock, name)}" for name, who in by_name.items()]
    return f"{'; '.join(parts)}."


def read_sentence(parameters: str) -> str:
    """Return the sentence of a publication with a calendar, from the parameters of its ledger row.

    "" where its clock runs round the clock.
    """
    return _given(parameters, KEY)


def priorities_remark(clock: SlaClock, priorities: Collection[str]) -> str:
    """Return a sentence on the priorities of a calendar file that no ticket has, "" for none.

    `priorities` are those of the tickets. A name that is written otherwise sets no clock.
    """
    unknown = [priority for priority in clock.of_priority if priority not in priorities]
    if not unknown:
        return ""
    there = sorted(map(one_line, priorities))
    if len(there) > SHOWN:
        there = [*there[: SHOWN - 1], f"{len(there) - SHOWN + 1} more"]
    named = f"{'priority' if len(unknown) == 1 else 'priorities'} {_listed(unknown)}"
    return (
        f"No ticket has the {named}, named by per_priority in the calendar {clock.default}: "
        f"the tickets have {_listed(there)}."
    )


def read_clock_words(parameters: str) -> str:
    """Return the sentence of a publication and the remark on its priorities, "" for neither."""
    found = [_given(parameters, KEY), _given(parameters, REMARK)]
    return " ".join(filter(None, found))


def _given(parameters: str, key: str) -> str:
    """Return a text of the parameters of a ledger row, "" where an earlier version wrote none."""
    try:
        given = json.loads(parameters)
    except ValueError:
        return ""
    return str(given.get(key) or "") if isinstance(given, Mapping) else ""


def _hours(clock: SlaClock, name: str) -> str:
    if not name:
        return "round the clock"
    calendar = clock.calendars[name]
    holidays = _holidays(calendar.holidays)
    return f"{week_words(calendar.weekly)} ({_place(calendar)}{holidays})"


def _place(calendar: Calendar) -> str:
    return f"{calendar.name}, {calendar.timezone}"


def _holidays(holidays: Holidays) -> str:
    number = len(holidays.dates)
    listed = f"{number} {'closed day' if number == 1 else 'closed days'}" if number else ""
    country = f"holidays of {holidays.country}" if holidays.country else ""
    said = " and ".join(part for part in (country, listed) if part)
    return f"; {said}" if said else ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
