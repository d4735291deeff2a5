"""fact_tickets, ticket_sla_risk and dim_agents, case by case."""

from datetime import UTC, date, datetime

import pytest

from tickets import Row, agent, build, ticket

AS_OF = "2023-01-10 12:00:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def only_row(table: str, row: Row, as_of: str = AS_OF, timezone: str = "UTC") -> Row:
    (found,) = build([row], as_of, timezone, only=("fact_tickets", table))[table]
    return found


def picked(row: Row, expected: Row) -> Row:
    return {name: row[name] for name in expected}


@pytest.mark.parametrize(
    ("created", "ids"),
    [
        pytest.param("2023-01-10 12:00:00", ["T1"], id="created at as_of: known"),
        pytest.param("2023-01-10 12:00:01", [], id="created a second after as_of: not known"),
    ],
)
def test_population(created: str, ids: list[str]) -> None:
    assert [row["ticket_id"] for row in build([ticket(created)], AS_OF)["fact_tickets"]] == ids


OLD, NEW = "2030-01-01 00:00", "2030-01-01 00:00:01"


@pytest.mark.parametrize(
    ("versions", "status"),
    [
        pytest.param(
            [ticket(status="new", _ingestion_ts=NEW), ticket(status="old", _ingestion_ts=OLD)],
            "new",
            id="the later load wins",
        ),
        pytest.param(
            [
                ticket(status="new", _ingestion_ts=NEW, _source_file="a"),
                ticket(status="old", _ingestion_ts=OLD, _source_file="b"),
            ],
            "new",
            id="the load counts before the file",
        ),
        pytest.param(
            [ticket(status="new", _source_file="b"), ticket(status="old", _source_file="a")],
            "new",
            id="in one load the later file wins",
        ),
        pytest.param(
            [ticket(status="same"), ticket(status="same")],
            "same",
            id="the same row twice is one ticket",
        ),
        pytest.param(
            [ticket(status="a"), ticket(status="b")],
            "b",
            id="in one file the choice is the same every time",
        ),
        pytest.param(
            [ticket(status="b"), ticket(status="a")],
            "b",
            id="in one file the order of rows does not matter",
        ),
    ],
)
def test_newest_version(versions: list[Row], status: str) -> None:
    rows = build([row | {"ticket_id": "T1"} for row in versions], AS_OF)["fact_tickets"]
    assert [row["status"] for row in rows] == [status]


def test_an_outdated_version_does_not_count_when_the_newest_is_created_after_as_of() -> None:
    versions = [
        ticket("2023-01-02", ticket_id="T1", _ingestion_ts=OLD),
        ticket("2023-01-11", ticket_id="T1", _ingestion_ts=NEW),
        ticket("2023-01-03"),
    ]
    assert [row["ticket_id"] for row in build(versions, AS_OF)["fact_tickets"]] == ["T3"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            ticket("2023-01-02 10:00", "2023-01-03 11:30"),
            {
                "is_resolved": True,
                "resolved_date": date(2023, 1, 3),
                "resolution_hours_clean": 25.5,
                "hours_open": None,
            },
            id="resolved",
        ),
        pytest.param(
            ticket("2023-01-10 10:30"),
            {
                "is_resolved": False,
                "resolved_at": None,
                "resolved_date": None,
                "resolution_hours_clean": None,
                "hours_open": 1.5,
            },
            id="open",
        ),
        pytest.param(
            ticket("2023-01-10 11:00", "2023-01-10 12:00:00"),
            {
                "is_resolved": True,
                "resolved_at": at("2023-01-10 12:00"),
                "resolution_hours_clean": 1.0,
            },
            id="resolved at as_of: known",
        ),
        pytest.param(
            ticket("2023-01-10 11:00", "2023-01-10 12:00:01", status="Closed"),
            {
                "is_resolved": False,
                "resolved_at": None,
                "resolved_date": None,
                "hours_open": 1.0,
                "status": "Closed",
            },
            id="resolved a second after as_of: open, whatever its status",
        ),
        pytest.param(
            ticket("2023-01-05 10:00", "2023-01-03 09:00", sla_hours=4.0),
            {
                "is_resolved": True,
                "resolved_date": date(2023, 1, 5),
                "resolution_hours_clean": None,
                "sla_state": "met",
                "resolved_at": at("2023-01-03 09:00"),
            },
            id="resolved before it was created: on its created_date, met, no duration",
        ),
        pytest.param(
            ticket("2023-01-05 10:00", "2023-01-05 10:00", sla_hours=4.0),
            {"resolution_hours_clean": 0.0, "resolved_date": date(2023, 1, 5), "sla_state": "met"},
            id="resolved in the moment of creation: zero hours",
        ),
        pytest.param(
            ticket(resolved="2023-01-03 10:00", resolution_hours=999.0),
            {"resolution_hours_clean": 24.0},
            id="the exported duration is not used",
        ),
        pytest.param(
            ticket(
                priority=None,
                category=None,
                channel=None,
                customer_tier=None,
                status=None,
                agent_id=None,
            ),
            {
                "priority": "(none)",
                "category": "(none)",
                "channel": "(none)",
                "customer_tier": "(none)",
                "status": "(none)",
                "agent_id": "(unassigned)",
            },
            id="blank values",
        ),
        pytest.param(
            ticket(
                priority="P1",
                category="c",
                channel="d",
                customer_tier="e",
                status="f",
                agent_id="g",
            ),
            {
                "priority": "P1",
                "category": "c",
                "channel": "d",
                "customer_tier": "e",
                "status": "f",
                "agent_id": "g",
            },
            id="values as exported",
        ),
        pytest.param(
            ticket(
                "2023-01-10 10:30",
                first_response_at="2023-01-10 11:00",
                updated_at="2023-01-10 11:30",
                customer="Ünal",
                subject="s",
                attributes="{}",
            ),
            {
                "first_response_hours": 0.5,
                "first_response_date": date(2023, 1, 10),
                "hours_since_update": 0.5,
                "customer": "Ünal",
                "subject": "s",
                "attributes": "{}",
            },
            id="more of a ticket",
        ),
        pytest.param(
            ticket("2023-01-10 10:30"),
            {
                "first_response_hours": None,
                "first_response_date": None,
                "hours_since_update": None,
                "customer": "(none)",
                "subject": None,
                "attributes": None,
            },
            id="nothing more",
        ),
        pytest.param(
            ticket(first_response_at="2023-01-10 12:00:00", updated_at="2023-01-10 12:00:00"),
            {"first_response_at": at("2023-01-10 12:00"), "hours_since_update": 0.0},
            id="answered and changed at as_of: known",
        ),
        pytest.param(
            ticket(first_response_at="2023-01-10 12:00:01", updated_at="2023-01-10 12:00:01"),
            {
                "first_response_at": None,
                "first_response_date": None,
                "first_response_hours": None,
                "updated_at": None,
                "hours_since_update": None,
            },
            id="answered and changed a second after as_of: not known yet",
        ),
        pytest.param(
            ticket("2023-01-05 10:00", first_response_at="2023-01-04 09:00"),
            {
                "first_response_at": at("2023-01-04 09:00"),
                "first_response_date": date(2023, 1, 5),
                "first_response_hours": 0.0,
            },
            id="answered before it was created: at once, on its created_date",
        ),
        pytest.param(
            ticket("2023-01-05", "2023-01-06", updated_at="2023-01-06 10:00"),
            {"updated_at": at("2023-01-06 10:00"), "hours_since_update": None},
            id="resolved: when it was changed is known, how long ago does not matter",
        ),
        pytest.param(
            ticket(
                "2023-01-05",
                "2023-01-06",
                first_response_at="2023-01-05 01:00",
                _issues="x;date_only",
            ),
            {
                "is_resolved": True,
                "resolution_hours_clean": None,
                "first_response_hours": None,
                "first_response_date": date(2023, 1, 5),
            },
            id="a date without a time: no hours",
        ),
        pytest.param(
            ticket("2023-01-10", _issues="date_only"),
            {"hours_open": None},
            id="a date without a time, open: no hours",
        ),
        pytest.param(
            ticket("2023-01-10", _issues="due_date_only"),
            {"hours_open": 12.0},
            id="only the due date is without a time",
        ),
    ],
)
def test_fact(row: Row, expected: Row) -> None:
    assert picked(only_row("fact_tickets", row), expected) == expected


@pytest.mark.parametrize(
    ("sla_hours", "due_at"),
    [
        pytest.param(None, None, id="no target"),
        pytest.param(4.0, at("2023-01-02 14:00:00"), id="whole hours"),
        pytest.param(4.4 / 3600, at("2023-01-02 10:00:04"), id="less than half a second"),
        pytest.param(
            4.5 / 3600, at("2023-01-02 10:00:05"), id="half a second counts as a whole one"
        ),
        pytest.param(5.5 / 3600, at("2023-01-02 10:00:06"), id="so it does after an odd number"),
    ],
)
def test_due_at(sla_hours: float | None, due_at: datetime | None) -> None:
    row = only_row("fact_tickets", ticket("2023-01-02 10:00:00", sla_hours=sla_hours))
    assert (row["due_at"], row["sla_hours"]) == (due_at, sla_hours)


MET, LATE = ("met", False, None), ("breached", True, at("2023-01-02 14:00"))
PENDING, NO_TARGET = ("pending", None, None), ("no_target", None, None)
DUE = {"created": "2023-01-02 10:00:00", "sla_hours": 4.0}
FLAGGED = {"_issues": "bad_resolution_hours;judged_by_flag"}


@pytest.mark.parametrize(
    ("row", "as_of", "state"),
    [
        pytest.param(
            ticket(**DUE, resolved="2023-01-02 14:00:00"), AS_OF, MET, id="resolved at due_at: met"
        ),
        pytest.param(
            ticket(**DUE, resolved="2023-01-02 14:00:01"),
            AS_OF,
            LATE,
            id="resolved a second later: breached, at due_at",
        ),
        pytest.param(
            ticket(**DUE), "2023-01-02 13:59:59", PENDING, id="open before due_at: pending"
        ),
        pytest.param(ticket(**DUE), "2023-01-02 14:00:00", LATE, id="open at due_at: breached"),
        pytest.param(
            ticket(**DUE, resolved="2023-01-03"),
            "2023-01-02 13:59:59",
            PENDING,
            id="resolved after as_of, before due_at: pending",
        ),
        pytest.param(
            ticket(**DUE, resolved="2023-01-03"),
            "2023-01-02 18:00:00",
            LATE,
            id="resolved after as_of, after due_at: breached",
        ),
        pytest.param(ticket(), AS_OF, NO_TARGET, id="open without target"),
        pytest.param(
            ticket(resolved="2023-01-03", sla_breached=True),
            AS_OF,
            NO_TARGET,
            id="resolved without target: whatever its flag says",
        ),
        pytest.param(
            ticket(**DUE, resolved="2023-01-02 11:00", sla_breached=True),
            AS_OF,
            MET,
            id="the timestamps decide, not the flag",
        ),
        pytest.param(
            ticket(resolved="2023-01-03", sla_breached=True, **FLAGGED),
            AS_OF,
            ("breached", True, None),
            id="judged by its flag: breached",
        ),
        pytest.param(
            ticket(resolved="2023-01-03", sla_breached=False, **FLAGGED),
            AS_OF,
            MET,
            id="judged by its flag: met",
        ),
        pytest.param(
            ticket(resolved="2023-01-03", **FLAGGED),
            AS_OF,
            NO_TARGET,
            id="to be judged by its flag, which is blank",
        ),
        pytest.param(
            ticket(sla_breached=True, **FLAGGED),
            AS_OF,
            NO_TARGET,
            id="open: the flag does not judge",
        ),
        pytest.param(
            ticket(resolved="2023-01-11", sla_breached=True, **FLAGGED),
            AS_OF,
            NO_TARGET,
            id="resolved after as_of: the flag does not judge yet",
        ),
        pytest.param(
            ticket(resolved="2023-01-03", sla_breached=True, _issues="not_judged_by_flag"),
            AS_OF,
            NO_TARGET,
            id="another code that contains the word",
        ),
    ],
)
def test_sla_state(row: Row, as_of: str, state: tuple) -> None:
    fact = only_row("fact_tickets", row, as_of)
    assert (fact["sla_state"], fact["sla_breached"], fact["breached_at"]) == state


def test_a_ticket_judged_by_its_flag_is_never_due() -> None:
    fact = only_row(
        "fact_tickets",
        ticket(resolved="2023-01-03", sla_hours=4.0, sla_breached=True, _issues="judged_by_flag"),
    )
    assert (fact["due_at"], fact["due_date"], fact["breached_at"], fact["sla_state"]) == (
        None,
        None,
        None,
        "breached",
    )


@pytest.mark.parametrize(
    ("timezone", "row", "dates"),
    [
        pytest.param(
            "UTC",
            ticket("2023-01-02 23:59:59"),
            (date(2023, 1, 2), None, None),
            id="a second before midnight",
        ),
        pytest.param(
            "UTC",
            ticket("2023-01-03 00:00:00"),
            (date(2023, 1, 3), None, None),
            id="midnight begins the day",
        ),
        pytest.param(
            "Europe/Berlin",
            ticket("2023-01-02 22:59:59"),
            (date(2023, 1, 2), None, None),
            id="Berlin, before midnight",
        ),
        pytest.param(
            "Europe/Berlin",
            ticket("2023-01-02 23:00:00"),
            (date(2023, 1, 3), None, None),
            id="Berlin, midnight",
        ),
        pytest.param(
            "America/New_York",
            ticket("2023-01-03 04:59:59"),
            (date(2023, 1, 2), None, None),
            id="New York, before midnight",
        ),
        pytest.param(
            "Europe/Berlin",
            ticket("2022-07-01 12:00", "2022-07-02 22:00:00", sla_hours=10.0),
            (date(2022, 7, 1), date(2022, 7, 3), date(2022, 7, 2)),
            id="Berlin in summer: resolved at midnight, due at midnight",
        ),
        pytest.param(
            "America/New_York",
            ticket("2022-11-06 05:30", "2022-11-07 04:59:59", sla_hours=24.0),
            (date(2022, 11, 6), date(2022, 11, 6), date(2022, 11, 7)),
            id="New York, the day of 25 hours",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            ticket("2022-10-01 13:29:59", "2022-10-01 13:30:00"),
            (date(2022, 10, 1), date(2022, 10, 2), None),
            id="Lord Howe, half an hour off",
        ),
    ],
)
def test_local_dates(timezone: str, row: Row, dates: tuple) -> None:
    fact = only_row("fact_tickets", row, timezone=timezone)
    assert (fact["created_date"], fact["resolved_date"], fact["due_date"]) == dates


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            ticket("2023-01-10 10:00", sla_hours=8.0),
            {
                "hours_open": 2.0,
                "hours_left": 6.0,
                "sla_elapsed": 0.25,
                "sla_state": "pending",
                "risk_band": "on_track",
                "is_long_resolution": False,
            },
            id="a quarter used",
        ),
        pytest.param(
            ticket("2023-01-10 06:00", sla_hours=8.0),
            {"sla_elapsed": 0.75, "hours_left": 2.0, "risk_band": "at_risk"},
            id="three quarters used: at risk",
        ),
        pytest.param(
            ticket("2023-01-10 06:00:01", sla_hours=8.0),
            {"risk_band": "on_track"},
            id="a second less: on track",
        ),
        pytest.param(
            ticket("2023-01-10 04:00", sla_hours=8.0),
            {
                "sla_elapsed": 1.0,
                "hours_left": 0.0,
                "risk_band": "breached",
                "is_long_resolution": False,
            },
            id="due at as_of: breached, but not later than due",
        ),
        pytest.param(
            ticket("2023-01-10 00:00", sla_hours=8.0),
            {
                "sla_elapsed": 1.5,
                "hours_left": -4.0,
                "hours_open": 12.0,
                "risk_band": "breached",
                "is_long_resolution": True,
            },
            id="four hours past due",
        ),
        pytest.param(
            ticket("2023-01-10 10:00"),
            {
                "hours_open": 2.0,
                "hours_left": None,
                "sla_elapsed": None,
                "sla_state": "no_target",
                "risk_band": "no_target",
                "is_long_resolution": None,
            },
            id="open without target",
        ),
        pytest.param(
            ticket("2023-01-09 10:00", "2023-01-09 11:00", sla_hours=1.0),
            {
                "hours_open": None,
                "hours_left": None,
                "sla_elapsed": None,
                "risk_band": None,
                "sla_state": "met",
                "sla_breached": False,
                "is_long_resolution": False,
                "resolution_hours_clean": 1.0,
                "sla_hours": 1.0,
            },
            id="resolved at due_at",
        ),
        pytest.param(
            ticket("2023-01-09 10:00", "2023-01-09 11:00:01", sla_hours=1.0),
            {
                "risk_band": None,
                "sla_state": "breached",
                "sla_breached": True,
                "is_long_resolution": True,
            },
            id="resolved too late",
        ),
        pytest.param(
            ticket(resolved="2023-01-09"),
            {"is_long_resolution": None, "risk_band": None, "sla_state": "no_target"},
            id="resolved without target",
        ),
        pytest.param(
            ticket(priority="Critical"), {"is_high_priority": True}, id="Critical is high"
        ),
        pytest.param(ticket(priority="High"), {"is_high_priority": True}, id="High is high"),
        pytest.param(
            ticket(priority="Medium"), {"is_high_priority": False}, id="Medium is not high"
        ),
        pytest.param(
            ticket(priority=None),
            {"is_high_priority": False, "priority": "(none)"},
            id="no priority is not high",
        ),
        pytest.param(
            ticket(category="Bug", agent_id=None),
            {"category": "Bug", "agent_id": "(unassigned)"},
            id="copied from the ticket",
        ),
        pytest.param(
            ticket("2023-01-10 11:59:59", sla_hours=0.0001),
            {"sla_elapsed": None, "risk_band": "breached"},
            id="a target that rounds to nothing",
        ),
        pytest.param(
            ticket("2023-01-10", sla_hours=14.0, _issues="date_only"),
            {"hours_open": None, "hours_left": None, "sla_elapsed": None, "risk_band": "at_risk"},
            id="a date without a time: a band, and no hours",
        ),
    ],
)
def test_risk(row: Row, expected: Row) -> None:
    assert picked(only_row("ticket_sla_risk", row), expected) == expected


@pytest.mark.parametrize(
    ("timezone", "created", "expected"),
    [
        pytest.param("UTC", "2023-01-01 23:59:59", (date(2023, 1, 1), "Sun", 23), id="Sunday"),
        pytest.param("UTC", "2023-01-02 00:00:00", (date(2023, 1, 2), "Mon", 0), id="Monday"),
        pytest.param(
            "Europe/Berlin",
            "2023-01-06 23:30:00",
            (date(2023, 1, 7), "Sat", 0),
            id="Berlin: already Saturday",
        ),
        pytest.param(
            "America/New_York",
            "2022-11-06 05:30:00",
            (date(2022, 11, 6), "Sun", 1),
            id="New York: the first 1 o'clock",
        ),
        pytest.param(
            "America/New_York",
            "2022-11-06 06:30:00",
            (date(2022, 11, 6), "Sun", 1),
            id="New York: the second 1 o'clock",
        ),
    ],
)
def test_when_it_was_created(timezone: str, created: str, expected: tuple) -> None:
    row = only_row("ticket_sla_risk", ticket(created), timezone=timezone)
    assert (row["created_date"], row["day_of_week"], row["hour_of_day"]) == expected
    assert row["created_at_ts"] == at(created)


def test_agents_are_as_the_file_has_them() -> None:
    known = agent(
        "A1",
        "North",
        name="Ann",
        active_from=date(2022, 1, 1),
        active_to=date(2022, 12, 31),
        daily_capacity=12.5,
    )
    rows = build([ticket()], AS_OF, agents=[known, agent("A2")])["dim_agents"]
    assert sorted(rows, key=lambda row: row["agent_id"]) == [known, agent("A2")]


def test_no_agents_file() -> None:
    assert build([ticket()], AS_OF)["dim_agents"] == []
