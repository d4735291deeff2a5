"""The SLA clock in the tables: hand-typed boundaries, and random calendars against a minute-by-minute count."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from brute_force import compute
from generated_tickets import AGENTS, CLOCK_CHANGES, DAY, SECOND, few_tickets, moments_of
from opsdesk.calendars.calendar import SlaClock
from sla_clocks import OFFICE, clock
from slow_clock import NAMES, SlowCalendar, SlowClock
from ticket_rows import differences
from tickets import Row, build, ticket

LATE = "2040-01-01"


def one(created, hours, sla_clock, as_of=LATE, resolved=None, **columns) -> Row:
    """The fact row and the risk row of one ticket, as one row."""
    made = build(
        [ticket(created, resolved, sla_hours=hours, **columns)],
        as_of,
        only=("fact_tickets", "ticket_sla_risk"),
        clock=sla_clock,
    )
    return made["fact_tickets"][0] | made["ticket_sla_risk"][0]


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# 2023-01-02 is a Monday; 2023-03-12 and 2023-11-05 are New York's clock changes
@pytest.mark.parametrize(
    ("created", "hours", "due", "weekly", "zone", "holidays"),
    [
        ("2023-01-02 10:00", 4, "2023-01-02 14:00", OFFICE, "UTC", ()),
        ("2023-01-02 10:00", 7, "2023-01-02 17:00", OFFICE, "UTC", ()),
        ("2023-01-02 10:00", 7 + 1 / 3600, "2023-01-03 09:00:01", OFFICE, "UTC", ()),
        ("2023-01-02 16:59:59", 8, "2023-01-03 16:59:59", OFFICE, "UTC", ()),
        ("2023-01-02 17:00", 8, "2023-01-03 17:00", OFFICE, "UTC", ()),
        ("2023-01-02 03:00", 0.5, "2023-01-02 09:30", OFFICE, "UTC", ()),
        ("2023-01-07 12:00", 0.0001, "2023-01-07 12:00", OFFICE, "UTC", ()),  # rounds to nothing
        ("2023-01-06 16:00", 2, "2023-01-09 10:00", OFFICE, "UTC", ()),
        ("2023-01-07 12:00", 8, "2023-01-09 17:00", OFFICE, "UTC", ()),
        ("2023-01-02 16:00", 2, "2023-01-04 10:00", OFFICE, "UTC", (date(2023, 1, 3),)),
        ("2023-01-02 16:00", 40, "2023-01-09 16:00", OFFICE, "UTC", ()),
        ("2023-01-02 09:00", 2080, "2023-12-29 17:00", OFFICE, "UTC", ()),  # 52 weeks of 40 hours
        ("2023-01-02 11:30", 1, "2023-01-02 13:30", {"mon": ("09:00-12:00", "13:00-18:00")}, "UTC", ()),
        ("2023-01-02 21:00", 3, "2023-01-03 01:00", {"mon": ("22:00-06:00",)}, "UTC", ()),
        ("2023-01-03 05:00", 2, "2023-01-09 23:00", {"mon": ("22:00-06:00",)}, "UTC", ()),
        # a holiday takes the spans that begin on it, not the end of yesterday's night
        ("2023-01-03 05:00", 1, "2023-01-03 06:00", {"mon": ("22:00-06:00",)}, "UTC", (date(2023, 1, 3),)),
        ("2023-01-02 12:00", 24, "2023-01-03 12:00", {day: ("00:00-24:00",) for day in NAMES}, "UTC", ()),
        # a night of nine hours has eight, a night of eight has nine
        ("2023-03-12 03:00", 8.5, "2023-03-12 12:30", {"sat": ("22:00-07:00",), "sun": ("08:00-09:00",)}, "America/New_York", ()),
        ("2023-11-05 02:00", 9, "2023-11-05 11:00", {"sat": ("22:00-06:00",)}, "America/New_York", ()),
        # 02:30 does not exist: the span begins at 03:30; 01:30 exists twice: it begins at the first
        ("2023-03-12 05:00", 0.5, "2023-03-12 08:00", {"sun": ("02:30-04:00",)}, "America/New_York", ()),
        ("2023-11-05 04:00", 2, "2023-11-05 07:30", {"sun": ("01:30-03:00",)}, "America/New_York", ()),
        # from 02:30, which is moved to 03:30, until 03:00: no span is left; the next Sunday's is taken
        ("2023-03-12 05:00", 0.5, "2023-03-19 07:00", {"sun": ("02:30-03:00",)}, "America/New_York", ()),
        # Lord Howe: the clocks go back by half an hour, from 02:00 to 01:30
        ("2023-04-01 13:00", 3, "2023-04-01 16:00", {"sun": ("00:00-04:00",)}, "Australia/Lord_Howe", ()),
        # Sao Paulo, 4 November 2018: midnight does not exist
        ("2018-11-04 02:00", 1, "2018-11-04 04:00", {"sun": ("00:00-06:00",)}, "America/Sao_Paulo", ()),
        # Apia had no 30 December 2011: no span begins on a day that is not there
        ("2011-12-30 08:00", 1, "2011-12-30 20:00", {"thu": ("09:00-10:00",), "fri": ("09:00-17:00",), "sat": ("09:00-17:00",)}, "Pacific/Apia", ()),
    ],
)  # fmt: skip
def test_due_at(created, hours, due, weekly, zone, holidays) -> None:
    row = one(created, hours, clock(weekly, zone, holidays))
    assert row["due_at"] == utc(due)
    assert row["breached_at"] == utc(due) and row["sla_state"] == "breached"


def test_hours_are_those_of_the_clock() -> None:
    row = one("2023-01-06 16:00", 4, clock(OFFICE), as_of="2023-01-09 11:00")
    assert (row["sla_clock_hours"], row["business_hours_open"]) == (4.0, 3.0)
    assert (row["hours_open"], row["hours_left"], row["sla_elapsed"]) == (67.0, 1.0, 0.75)
    assert (row["risk_band"], row["due_at"]) == ("at_risk", utc("2023-01-09 12:00"))
    assert row["sla_calendar"] == "desk"


def test_nothing_runs_over_a_weekend() -> None:
    on_friday = one("2023-01-06 16:00", 4, clock(OFFICE), as_of="2023-01-06 17:00")
    on_sunday = one("2023-01-06 16:00", 4, clock(OFFICE), as_of="2023-01-08 23:00")
    assert on_friday["hours_left"] == on_sunday["hours_left"] == 3.0
    assert on_sunday["risk_band"] == "on_track"


@pytest.mark.parametrize(
    ("as_of", "open_hours"),
    [("2023-01-02 09:00", 0.0), ("2023-01-02 17:00", 8.0), ("2023-01-03 09:00", 8.0)],
)
def test_without_any_target_the_clock_is_known_when_it_opens_and_closes(as_of, open_hours) -> None:
    row = one("2023-01-02 08:00", None, clock(OFFICE), as_of=as_of)
    assert row["business_hours_open"] == open_hours


def test_a_ticket_that_is_past_due_has_no_hours_left() -> None:
    at_closing = one("2023-01-06 16:00", 1, clock(OFFICE), as_of="2023-01-07 12:00")
    assert (at_closing["due_at"], at_closing["hours_left"]) == (utc("2023-01-06 17:00"), 0.0)
    assert at_closing["sla_state"] == "breached"
    later = one("2023-01-06 16:00", 1, clock(OFFICE), as_of="2023-01-09 10:30")
    assert later["hours_left"] == -1.5


def test_resolved_in_the_second_it_falls_due_is_met() -> None:
    in_time = one("2023-01-06 16:00", 2, clock(OFFICE), resolved="2023-01-09 10:00")
    assert (in_time["sla_state"], in_time["business_resolution_hours"]) == ("met", 2.0)
    late = one("2023-01-06 16:00", 2, clock(OFFICE), resolved="2023-01-09 10:00:01")
    assert (late["sla_state"], late["breached_at"]) == ("breached", utc("2023-01-09 10:00"))


def test_a_priority_with_a_clock_of_its_own() -> None:
    clocks = clock(OFFICE, Critical="")
    assert one("2023-01-07 12:00", 4, clocks, priority="Critical")["due_at"] == utc(
        "2023-01-07 16:00"
    )
    assert one("2023-01-07 12:00", 4, clocks, priority="High")["due_at"] == utc("2023-01-09 13:00")
    critical = one("2023-01-07 12:00", 4, clocks, priority="Critical", as_of="2023-01-07 13:00")
    assert critical["sla_calendar"] is None and critical["business_hours_open"] == 1.0


def test_an_exported_due_at_stays() -> None:
    row = one(
        "2023-01-06 16:00", 20, clock(OFFICE), as_of="2023-01-06 18:00", _issues="due_at_exported"
    )
    assert row["due_at"] == utc("2023-01-07 12:00")
    assert (row["sla_clock_hours"], row["hours_left"]) == (
        1.0,
        0.0,
    )  # an hour of Friday is all there was
    assert row["sla_state"] == "pending"


@pytest.mark.parametrize(
    ("created", "days", "due"),
    [
        ("2023-01-02 10:00", 1, "2023-01-03 17:00"),  # the next business day, at its closing
        ("2023-01-02 07:00", 1, "2023-01-03 17:00"),
        ("2023-01-06 18:00", 1, "2023-01-09 17:00"),
        ("2023-01-07 10:00", 1, "2023-01-09 17:00"),
        ("2023-01-05 10:00", 3, "2023-01-11 17:00"),  # Friday, Tuesday, Wednesday: Monday is closed
    ],
)
def test_a_promise_in_open_days(created, days, due) -> None:
    made = clock(OFFICE, holidays=(date(2023, 1, 9),) if days == 3 else ())
    row = one(created, 24.0 * days, made, _issues="sla_in_days")
    assert row["due_at"] == utc(due)


def test_days_without_a_calendar_are_24_hours() -> None:
    row = one("2023-01-06 18:00", 24.0, SlaClock(), _issues="sla_in_days")
    assert row["due_at"] == utc("2023-01-07 18:00")


def test_a_deadline_beyond_the_calendar_is_its_end() -> None:
    """A deadline is looked for until a year that 5 divides, 20 years from now or more: it is pending until then."""
    row = one(
        "2023-01-02 10:00", 100_000, clock({"mon": ("09:00-10:00",)}), as_of="2023-01-02 10:00"
    )
    assert row["due_at"] == utc("2045-01-02")
    assert (row["sla_state"], row["sla_clock_hours"]) == ("pending", 100_000.0)


SPANS = (
    "00:00-24:00",
    "09:00-17:00",
    "08:30-12:00",
    "13:00-18:30",
    "22:00-02:00",
    "01:15-03:45",
    "02:30-02:00",
)


@st.composite
def calendars(draw):
    """A calendar, and the same one for the slow computation."""
    zone = draw(st.sampled_from([*CLOCK_CHANGES, "UTC", "America/Sao_Paulo"]))
    weekly = {
        day: (draw(st.sampled_from(SPANS)),)
        for day in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    }
    weekly = {day: spans for day, spans in weekly.items() if not _clashes(day, weekly)} or OFFICE
    around = CLOCK_CHANGES.get(zone, date(2023, 3, 1))
    holidays = draw(st.lists(st.integers(-3, 9).map(lambda n: around + n * DAY), max_size=3))
    slow = SlowCalendar.of("desk", zone, weekly, holidays)
    return clock(weekly, zone, holidays, High=""), SlowClock(slow, {"High": None})


def _clashes(day, weekly):
    """Whether the day of the night before goes on into this day's span."""
    before = weekly.get(NAMES[NAMES.index(day) - 1], ("09:00-17:00",))[0]
    return before in ("22:00-02:00", "02:30-02:00")


zones = st.sampled_from([*CLOCK_CHANGES, "UTC"])
runs = zones.flatmap(
    lambda zone: st.tuples(few_tickets(zone), moments_of(zone), st.just(zone), calendars())
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # an example is half a second: no shrinking
)
@given(runs, st.sampled_from((None, "due_at_exported", "sla_in_days")))
def test_random_calendars_equal_a_count_of_minutes(run, flag) -> None:
    tickets, as_of, zone, (fast, slow) = run
    for row in tickets:
        if flag == "sla_in_days" and row["sla_hours"]:
            row["sla_hours"] = 24.0 * (1 + int(row["sla_hours"]) % 5)
        if flag and not row["_issues"]:
            row["_issues"] = flag
    names = ("fact_tickets", "ticket_sla_risk")  # the others read of them what they always read
    actual = build(tickets, as_of, zone, AGENTS, only=names, clock=fast)
    expected = compute(tickets, as_of, zone, AGENTS, slow)
    found = {name: differences(name, actual[name], expected[name]) for name in names}
    assert {name: rows for name, rows in found.items() if rows} == {}


@pytest.mark.parametrize("zone", [*CLOCK_CHANGES, "America/Sao_Paulo"])
def test_stretches_follow_each_other_and_count_every_open_second(zone) -> None:
    made = clock({"sat": ("22:00-07:00",), "sun": ("09:00-13:00",)}, zone)
    rows = build(
        [ticket("2023-01-02", sla_hours=900.0)], "2023-12-31", only=["dim_calendar"], clock=made
    )
    stretches = sorted(rows["dim_calendar"], key=lambda row: row["starts_at"])
    spent = timedelta()
    for before, row in zip([None, *stretches], stretches, strict=False):
        assert before is None or before["ends_at"] == row["starts_at"]
        assert row["open_seconds_before"] * SECOND == spent
        spent += row["ends_at"] - row["starts_at"] if row["is_open"] else timedelta()
    closing = [row["closes_day"] for row in stretches if row["closes_day"]]
    assert closing == list(range(1, len(closing) + 1))
