"""SLA clocks for tests, from the hours of a week as texts."""

from opsdesk.calendars.calendar import Calendar, Holidays, SlaClock
from opsdesk.calendars.week import make_week, read_span

OFFICE = {day: ("09:00-17:00",) for day in ("mon", "tue", "wed", "thu", "fri")}
# a lunch break, a night that goes into a Saturday, a short Sunday: no two days are alike
SHIFTS = {
    "mon": ("08:30-12:00", "13:00-18:30"),
    "wed": ("00:00-24:00",),
    "fri": ("22:00-02:00",),
    "sun": ("01:15-03:45",),
}


def clock(weekly, zone="UTC", holidays=(), name="desk", **of_priority) -> SlaClock:
    """The clock of one calendar, and the priorities with another: "" is round the clock."""
    week = make_week({day: [read_span(span) for span in spans] for day, spans in weekly.items()})
    made_of = (repr(week), zone, repr(sorted(holidays)))
    calendar = Calendar(name, zone, week, Holidays(dict.fromkeys(holidays, "")), made_of)
    return SlaClock(name, {name: calendar}, of_priority)
