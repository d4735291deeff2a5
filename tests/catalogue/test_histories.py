"""Tickets with a log of changes: hand-typed cases of every rule, and random logs against a replay with what was known each evening."""

from datetime import datetime

import pytest

from brute_force import compute
from generated_histories import clocks, random_log
from generated_tickets import AGENTS, DAY, SECOND, ZONES
from opsdesk.calendars.calendar import ROUND_THE_CLOCK
from opsdesk.catalogue.tables import catalogue, results
from ticket_rows import differences
from tickets import Row, build, event, ticket


@pytest.mark.parametrize("seed", range(12))
def test_random_logs_equal_a_replay_evening_by_evening(seed: int) -> None:
    zone = ZONES[seed % len(ZONES)]
    tickets, events, as_of = random_log(seed, zone)
    fast, slow = clocks(zone, seed // len(ZONES))
    agents = AGENTS if seed % 3 else ()
    actual = build(tickets, as_of, zone, agents, clock=fast, events=events)
    expected = compute(tickets, as_of, zone, agents, slow, events)
    found = {
        table.name: differences(table.name, actual[table.name], expected[table.name])
        for table in results()
        if table.name not in ("dim_calendar", "ticket_history")
    }
    assert {name: rows for name, rows in found.items() if rows} == {}


# hand-typed: T was created on Monday, 2 January 2023, at 10:00 UTC; its promise is 10 hours


def made(
    *events: Row, as_of="2023-01-10", resolved=None, hours=10.0, clock=ROUND_THE_CLOCK, **columns
) -> dict:
    """The tables of one ticket with these changes, its fact row as `fact` and its history in order."""
    rows = build(
        [ticket("2023-01-02 10:00", resolved, ticket_id="T", sla_hours=hours, **columns)],
        as_of,
        clock=clock,
        events=events,
    )
    rows["history"] = sorted(rows["ticket_history"], key=lambda row: row["place"])
    rows["fact"] = rows["fact_tickets"][0]
    return rows


def days(rows: dict, table: str, *columns: str) -> dict:
    """The rows of a daily table by day of January, without the days on which all columns are 0."""
    found = {row["ops_date"].day: tuple(row[name] for name in columns) for row in rows[table]}
    return {day: values for day, values in sorted(found.items()) if any(values)}


def at(text: str) -> datetime:
    return ticket_at(text)


def ticket_at(text: str) -> datetime:
    from tickets import instant

    return instant(text)


def test_a_reopened_ticket_counts_each_time() -> None:
    rows = made(
        event("T", "2023-01-03 09:00", "status", "Open", "Solved"),
        event("T", "2023-01-05 09:00", "status", "Solved", "Open"),
        event("T", "2023-01-07 09:00", "status", "Open", "Closed"),
        resolved="2023-01-07 09:00",
    )
    flows = days(rows, "backlog_daily", "inflow", "outflow", "backlog_size")
    assert flows == {2: (1, 0, 1), 3: (0, 1, 0), 5: (1, 0, 1), 6: (0, 0, 1), 7: (0, 1, 0)}
    assert days(rows, "features_daily", "total_tickets", "reopened_tickets", "resolved_tickets") == {
        2: (1, 0, 0), 3: (0, 0, 1), 5: (0, 1, 0), 7: (0, 0, 1),
    }  # fmt: skip
    fact = rows["fact"]
    assert (fact["reopens"], fact["first_resolved_at"]) == (1, at("2023-01-03 09:00"))
    assert (fact["resolved_at"], fact["resolution_hours_clean"]) == (at("2023-01-07 09:00"), 119.0)
    ages = days(
        rows, "backlog_daily", "age_0_1", "age_2_7"
    )  # from its creation, whenever it was reopened
    assert ages == {2: (1, 0), 5: (0, 1), 6: (0, 1)}


def test_a_blank_status_changes_no_state() -> None:
    """Closed on the 3rd, then nothing is said of its status: it is not reopened. Waiting goes on as well."""
    closed = made(
        event("T", "2023-01-03 09:00", "status", "Open", "Solved"),
        event("T", "2023-01-05 09:00", "status", "Solved", None),
        resolved="2023-01-03 09:00",
    )
    assert days(closed, "backlog_daily", "inflow", "outflow") == {2: (1, 0), 3: (0, 1)}
    assert (closed["fact"]["reopens"], closed["fact"]["log_issues"]) == (0, None)
    waiting = made(
        event("T", "2023-01-02 12:00", "status", "Open", "Waiting"),
        event("T", "2023-01-02 15:00", "status", "Waiting", None),
    )
    assert [row["state"] for row in waiting["history"]] == ["open", "paused", "paused"]
    blank_alone = made(event("T", "2023-01-03 09:00", "status", "Open", None))
    assert blank_alone["fact"]["log_issues"] is None
    assert days(blank_alone, "backlog_daily", "outflow") == {}


def test_a_pause_over_the_breach_moves_it() -> None:
    """2 h used, 24 h of waiting, then the other 8 h: due at 20:00 on the next day, not at 20:00 of the first."""
    rows = made(
        event("T", "2023-01-02 12:00", "status", "Open", "Waiting"),
        event("T", "2023-01-03 12:00", "status", "Waiting", "Open"),
        as_of="2023-01-04",
    )
    fact = rows["fact"]
    assert (fact["due_at"], fact["sla_state"], fact["paused_hours"]) == (
        at("2023-01-03 20:00"),
        "breached",
        24.0,
    )
    assert days(rows, "features_daily", "sla_due_tickets", "sla_due_missed") == {3: (1, 1)}
    assert fact["business_hours_open"] == 14.0


def test_while_it_is_paused_the_deadline_runs_ahead_of_as_of() -> None:
    event_ = event("T", "2023-01-02 12:00", "status", "Open", "Waiting")
    rows = made(event_, as_of="2023-01-05 06:00")
    fact = rows["fact"]
    assert (fact["sla_state"], fact["is_paused"], fact["due_at"]) == (
        "paused",
        True,
        at("2023-01-05 14:00"),
    )
    (risk,) = rows["ticket_sla_risk"]
    assert (risk["risk_band"], risk["hours_left"]) == ("paused", 8.0)
    assert days(rows, "features_daily", "sla_due_tickets", "past_due_tickets") == {}


@pytest.mark.parametrize(
    ("second", "state", "breached"),
    [
        ("2023-01-02 19:59:59", "paused", None),
        (
            "2023-01-02 20:00:00",
            "breached",
            "2023-01-02 20:00:00",
        ),  # the breach comes before the pause
        ("2023-01-02 20:00:01", "breached", "2023-01-02 20:00:00"),
    ],
)
def test_a_pause_in_the_second_of_the_breach(second, state, breached) -> None:
    fact = made(event("T", second, "status", "Open", "Waiting"))["fact"]
    assert (fact["sla_state"], fact["breached_at"]) == (state, breached and at(breached))


@pytest.mark.parametrize(
    ("second", "state"), [("2023-01-02 20:00:00", "met"), ("2023-01-02 20:00:01", "breached")]
)
def test_resolved_in_the_second_of_the_breach_is_met(second, state) -> None:
    rows = made(event("T", second, "status", "Open", "Solved"), resolved=second)
    assert rows["fact"]["sla_state"] == state
    assert days(rows, "features_daily", "met", "breached") == {
        2: (state == "met", state == "breached")
    }


def test_resolved_in_the_second_of_the_breach_after_another_change_is_met() -> None:
    rows = made(
        event("T", "2023-01-02 20:00", "agent_id", "A2", "A1", seq=0),
        event("T", "2023-01-02 20:00", "status", "Open", "Solved", seq=1),
        resolved="2023-01-02 20:00",
    )
    assert (rows["fact"]["sla_state"], rows["history"][2]["judged"]) == ("met", "met")


def test_the_breach_comes_before_a_change_in_its_second() -> None:
    """A1 has missed it, and A2 takes over a ticket that is past due."""
    rows = made(event("T", "2023-01-02 20:00", "agent_id", "A1", "A2"), as_of="2023-01-04")
    assert [row["missed_date"] is not None for row in rows["history"]] == [True, False]
    assert [row["is_past_due"] for row in rows["history"]] == [False, True]


def test_reopened_in_the_same_second() -> None:
    """It was resolved in time in that second, then it is open with nothing left."""
    rows = made(
        event("T", "2023-01-02 20:00", "status", "Open", "Solved", seq=0),
        event("T", "2023-01-02 20:00", "status", "Solved", "Open", seq=1),
    )
    assert days(
        rows, "features_daily", "reopened_tickets", "resolved_tickets", "met", "breached"
    ) == {2: (1, 1, 1, 0)}
    assert rows["fact"]["breached_at"] == at("2023-01-02 20:00") and rows["fact"]["reopens"] == 1
    assert days(rows, "backlog_daily", "inflow", "outflow")[2] == (2, 1)


def test_order_within_a_second_is_that_of_the_file() -> None:
    swapped = made(
        event("T", "2023-01-03 09:00", "status", "Solved", "Open", seq=0),
        event("T", "2023-01-03 09:00", "status", "Open", "Solved", seq=1),
        resolved="2023-01-03 09:00",
    )
    assert swapped["fact"]["resolved_at"] == at("2023-01-03 09:00")
    assert [row["state"] for row in swapped["history"]] == ["closed", "open", "closed"]


@pytest.mark.parametrize(
    ("when", "breached", "due"),
    [
        (
            "2023-01-02 12:00",
            "2023-01-02 14:00",
            "2023-01-02 14:00",
        ),  # before the new target is used up
        (
            "2023-01-02 16:00",
            "2023-01-02 16:00",
            "2023-01-02 16:00",
        ),  # after it: at the change, not before
        (
            "2023-01-03 09:00",
            "2023-01-02 20:00",
            "2023-01-02 20:00",
        ),  # after the old one: it was broken already
    ],
)
def test_a_raised_priority(when, breached, due) -> None:
    raised = event("T", when, "priority", "Low", "High", old_sla_hours=10.0, new_sla_hours=4.0)
    fact = made(raised, priority="High", hours=4.0)["fact"]
    assert (fact["breached_at"], fact["due_at"]) == (at(breached), at(due))
    assert (fact["sla_hours"], fact["priority"]) == (4.0, "High")


def test_a_priority_raised_and_lowered_in_one_second_breaks_nothing() -> None:
    """Six of ten hours are used; four are in force for no second."""
    fact = made(
        event("T", "2023-01-02 16:00", "priority", "Low", "High", old_sla_hours=10.0, new_sla_hours=4.0, seq=0),
        event("T", "2023-01-02 16:00", "priority", "High", "Low", old_sla_hours=4.0, new_sla_hours=10.0, seq=1),
        priority="Low",
    )["fact"]  # fmt: skip
    assert fact["breached_at"] == at("2023-01-02 20:00")


def test_the_target_of_the_creation_stays_where_the_mapping_says_so() -> None:
    raised = event("T", "2023-01-02 12:00", "priority", "Low", "High", old_sla_hours=10.0)
    fact = made(raised, priority="High", hours=4.0)["fact"]
    assert (fact["breached_at"], fact["sla_hours"]) == (at("2023-01-02 20:00"), 10.0)


def test_a_lowered_priority_gives_time_but_heals_no_breach() -> None:
    in_time = event(
        "T", "2023-01-02 18:00", "priority", "High", "Low", old_sla_hours=10.0, new_sla_hours=100.0
    )
    assert made(in_time, as_of="2023-01-03")["fact"]["sla_state"] == "pending"
    late = event(
        "T", "2023-01-03 18:00", "priority", "High", "Low", old_sla_hours=10.0, new_sla_hours=100.0
    )
    rows = made(late, as_of="2023-01-04")
    assert rows["fact"]["breached_at"] == at("2023-01-02 20:00")
    assert rows["ticket_sla_risk"][0]["hours_left"] == -28.0  # by the promise that was broken


def test_the_clock_stops_while_it_is_closed() -> None:
    rows = made(
        event("T", "2023-01-02 14:00", "status", "Open", "Solved"),
        event("T", "2023-01-04 08:00", "status", "Solved", "Open"),
        as_of="2023-01-05",
    )
    assert rows["fact"]["breached_at"] == at("2023-01-04 14:00")
    due = days(rows, "features_daily", "sla_due_tickets", "sla_due_missed")
    assert due == {2: (1, 0), 4: (1, 1)}  # kept on the 2nd, as was known then; missed on the 4th


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(("2023-01-06 14:00", "status", "Solved", "Closed"), id="closed for good"),
        pytest.param(("2023-01-06 14:00", "agent_id", "A1", "A2"), id="another agent"),
        pytest.param(("2023-01-02 16:00", "status", "Solved", "Closed"), id="on the day it is due"),
    ],
)
def test_what_is_changed_in_a_closed_ticket_moves_no_deadline(later) -> None:
    """Closed at 14:00, due at 20:00: kept on that day, and only then."""
    when, field, old, new = later
    rows = made(
        event("T", "2023-01-02 14:00", "status", "Open", "Solved"),
        event("T", when, field, old, new),
        resolved="2023-01-02 14:00",
    )
    assert days(rows, "features_daily", "sla_due_tickets", "sla_due_missed") == {2: (1, 0)}
    assert (rows["fact"]["due_at"], rows["fact"]["sla_state"]) == (at("2023-01-02 20:00"), "met")


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        pytest.param(
            4.0, {5: (1, 0)}, id="it would have been due on the 2nd: found out on the 5th"
        ),
        pytest.param(80.0, {5: (1, 0)}, id="due on the 5th, before the change"),
        pytest.param(240.0, {}, id="due on the 12th, which is not over"),
    ],
)
def test_a_priority_changed_while_closed(hours, due) -> None:
    """Closed at 14:00, 96 of 100 hours are left. A change on the 5th at 20:00 counts from the closing."""
    rows = made(
        event("T", "2023-01-02 14:00", "status", "Open", "Solved"),
        event("T", "2023-01-05 20:00", "priority", "Low", "High", old_sla_hours=100.0, new_sla_hours=hours),
        event("T", "2023-01-05 21:00", "priority", "High", "Low", old_sla_hours=hours, new_sla_hours=hours),
        resolved="2023-01-02 14:00",
        hours=hours,
        priority="High",
    )  # fmt: skip
    assert days(rows, "features_daily", "sla_due_tickets", "sla_due_missed") == due


def test_closed_over_two_deadlines_in_turn() -> None:
    """Kept on the 2nd; 6 hours are left on the 4th, of which 2 are used: kept again on the 4th."""
    rows = made(
        event("T", "2023-01-02 14:00", "status", "Open", "Solved"),
        event("T", "2023-01-04 08:00", "status", "Solved", "Open"),
        event("T", "2023-01-04 10:00", "status", "Open", "Solved"),
        event("T", "2023-01-08 10:00", "status", "Solved", "Closed"),
        resolved="2023-01-04 10:00",
    )
    due = days(rows, "features_daily", "sla_due_tickets", "sla_due_missed", "past_due_tickets")
    assert due == {2: (1, 0, 0), 4: (1, 0, 0)}
    assert rows["fact"]["due_at"] == at("2023-01-04 14:00")


@pytest.mark.parametrize(
    ("as_of", "state", "clock", "left", "band"),
    [
        pytest.param("2023-01-02 13:00", "paused", 9.0, 7.0, "paused", id="while it waits"),
        pytest.param("2023-01-02 18:00", "pending", 5.0, 2.0, "on_track", id="two hours before it"),
        pytest.param("2023-01-02 19:00", "pending", 5.0, 1.0, "at_risk", id="4 of 5 hours used"),
        pytest.param("2023-01-02 21:00", "breached", 5.0, -1.0, "breached", id="an hour after it"),
        pytest.param("2023-01-03 03:00", "breached", 5.0, -2.0, "breached", id="waiting since 22:00"),
    ],
)  # fmt: skip
def test_pauses_do_not_move_an_exported_deadline(as_of, state, clock, left, band) -> None:
    """Due at 20:00 as exported; it waits from 12:00 to 17:00: of ten hours, five are there to be used."""
    rows = made(
        event("T", "2023-01-02 12:00", "status", "Open", "Waiting"),
        event("T", "2023-01-02 17:00", "status", "Waiting", "Open"),
        event("T", "2023-01-02 22:00", "status", "Open", "Waiting"),
        as_of=as_of,
        _issues="due_at_exported",
    )
    fact, (risk,) = rows["fact"], rows["ticket_sla_risk"]
    assert (fact["due_at"], fact["sla_state"]) == (at("2023-01-02 20:00"), state)
    assert (fact["sla_clock_hours"], risk["hours_left"], risk["risk_band"]) == (clock, left, band)


def test_an_exported_deadline_passes_while_it_waits() -> None:
    """Two hours were used until 12:00, and no more until 20:00; one since 9:00 of the next day."""
    rows = made(
        event("T", "2023-01-02 12:00", "status", "Open", "Waiting"),
        event("T", "2023-01-03 09:00", "status", "Waiting", "Open"),
        event("T", "2023-01-03 09:30", "agent_id", "A1", "A2"),
        as_of="2023-01-03 10:00",
        _issues="due_at_exported",
    )
    assert rows["fact"]["breached_at"] == at("2023-01-02 20:00")
    assert rows["fact"]["sla_clock_hours"] == 2.0
    assert [row["sla_clock_hours"] for row in rows["history"]] == [10.0, 2.0, 2.0, 2.0]
    assert rows["ticket_sla_risk"][0]["hours_left"] == -1.0


def test_closed_before_an_exported_deadline_and_reopened_after_it() -> None:
    rows = made(
        event("T", "2023-01-02 12:00", "status", "Open", "Solved"),
        event("T", "2023-01-04 12:00", "status", "Solved", "Open"),
        event("T", "2023-01-04 15:00", "status", "Open", "Solved"),
        event("T", "2023-01-06 15:00", "status", "Solved", "Closed"),
        resolved="2023-01-04 15:00",
        _issues="due_at_exported",
    )
    due = days(rows, "features_daily", "sla_due_tickets", "sla_due_missed", "met", "breached")
    assert due == {2: (1, 0, 1, 0), 4: (1, 1, 0, 1)}  # kept on the 2nd, missed on the 4th
    assert rows["fact"]["breached_at"] == at("2023-01-04 12:00")


@pytest.mark.parametrize(
    ("changes", "promised"),
    [
        pytest.param([("2023-01-02 10:00", "Low", "High", 50.0, 4.0)], 4.0, id="in its second"),
        pytest.param([("2023-01-02 10:00", None, "High", None, None)], 10.0, id="at_creation: as exported"),
        pytest.param(
            [("2023-01-02 10:00", "Low", "High", 50.0, None), ("2023-01-03 10:00", "High", "Low", 4.0, None)],
            4.0,
            id="at_creation: as the next change knows it",
        ),
        pytest.param(
            [("2023-01-02 10:00", None, "High", None, None), ("2023-01-03 10:00", "High", "Low", 4.0, None)],
            4.0,
            id="at_creation: blank until then",
        ),
        pytest.param([("2023-01-03 10:00", "Low", "High", None, None)], 10.0, id="no target by priority"),
    ],
)  # fmt: skip
def test_the_target_at_the_creation(changes, promised) -> None:
    """The export promises ten hours."""
    events = [
        event("T", when, "priority", old, new, old_sla_hours=before, new_sla_hours=after)
        for when, old, new, before, after in changes
    ]
    assert made(*events)["history"][0]["sla_hours"] == promised


def test_a_priority_without_a_target_promises_nothing_until_it_is_changed() -> None:
    """Raised on the 5th to a priority with four hours, all of which are used: broken then, not on the 2nd."""
    raised = event("T", "2023-01-05 10:00", "priority", "Someday", "High", new_sla_hours=4.0)
    rows = made(raised, hours=4.0, priority="High")
    assert rows["fact"]["breached_at"] == at("2023-01-05 10:00")
    due = days(rows, "features_daily", "sla_due_tickets", "sla_due_missed")
    assert due == {5: (1, 1)}
    before = made(raised, hours=4.0, priority="High", as_of="2023-01-04")["fact"]
    assert (before["sla_state"], before["due_at"]) == ("no_target", None)
    assert before["sla_hours"] is None


@pytest.mark.parametrize(
    ("flag", "judged"), [(True, "breached"), (False, "met"), (None, None)], ids=str
)
def test_a_flag_judges_each_closing(flag, judged) -> None:
    rows = made(
        event("T", "2023-01-03 09:00", "status", "Open", "Solved"),
        resolved="2023-01-03 09:00",
        hours=None,
        sla_breached=flag,
        _issues="judged_by_flag",
    )
    assert rows["history"][1]["judged"] == judged
    assert days(rows, "features_daily", "met", "breached") == (
        {} if flag is None else {3: (not flag, flag)}
    )


def test_what_is_never_null_has_a_value() -> None:
    tickets, events, as_of = random_log(5, "UTC", 30)
    for name, rows in build(tickets, as_of, "UTC", AGENTS, events=events).items():
        never = [column.name for column in catalogue()[name].columns if not column.nullable]
        assert [key for key in never if any(row[key] is None for row in rows)] == [], name


def test_agents_and_segments_follow_the_value_in_force() -> None:
    rows = made(
        event("T", "2023-01-04 09:00", "agent_id", "A1", "A2"),
        event("T", "2023-01-05 09:00", "priority", "Low", "High"),
        event("T", "2023-01-06 09:00", "status", "Open", "Solved"),
        resolved="2023-01-06 09:00",
        agent_id="A2",
        priority="High",
    )
    load = {
        (row["agent_id"], row["ops_date"].day): tuple(
            row[name]
            for name in (
                "tickets_assigned",
                "moved_in",
                "moved_out",
                "tickets_resolved",
                "open_tickets",
            )
        )
        for row in rows["daily_agent_load"]
    }
    assert load == {
        ("A1", 2): (1, 0, 0, 0, 1), ("A1", 3): (0, 0, 0, 0, 1), ("A1", 4): (0, 0, 1, 0, 0),
        ("A2", 4): (0, 1, 0, 0, 1), ("A2", 5): (0, 0, 0, 0, 1), ("A2", 6): (0, 0, 0, 1, 0),
    }  # fmt: skip
    moved = {
        (row["segment"], row["ops_date"].day): (
            row["moved_in"],
            row["moved_out"],
            row["backlog_size"],
            row["past_due"],
        )
        for row in rows["segment_daily"]
        if row["dimension"] == "priority" and row["ops_date"].day in (4, 5)
    }
    assert moved == {("Low", 4): (0, 0, 1, 1), ("Low", 5): (0, 1, 0, 0), ("High", 5): (1, 0, 1, 1)}
    assert rows["fact"]["assignments"] == 2


@pytest.mark.parametrize(
    ("events", "resolved", "closed", "issue"),
    [
        ([("2023-01-04 09:00", "Open", "Waiting")], "2023-01-03 09:00", "2023-01-04 09:00", "closed_in_export_only"),
        ([("2023-01-04 09:00", "Open", "Waiting")], "2023-01-06 09:00", "2023-01-06 09:00", "closed_in_export_only"),
        ([("2023-01-04 09:00", "Open", "Solved")], None, None, "closed_in_log_only"),
        ([("2023-01-04 09:00", "Open", "Solved"), ("2023-01-05 09:00", "Solved", "Closed")], None, None, "closed_in_log_only"),
        ([("2023-01-04 09:00", "Open", "Solved")], "2023-01-04 09:06", "2023-01-04 09:00", None),
        ([("2023-01-04 09:00", "Open", "Solved")], "2023-01-04 09:06:01", "2023-01-04 09:00", "closed_at_another_time"),
        ([("2023-01-04 09:00", "Open", "Solved"), ("2023-01-05 09:00", "Solved", "Closed")], "2023-01-04 09:00", "2023-01-04 09:00", None),
        ([("2023-01-02 09:00", "Open", "Waiting")], None, None, "changed_before_created"),
    ],
)  # fmt: skip
def test_the_export_decides_how_it_ends(events, resolved, closed, issue) -> None:
    changes = [event("T", when, "status", old, new) for when, old, new in events]
    fact = made(*changes, resolved=resolved)["fact"]
    assert (fact["resolved_at"], fact["log_issues"]) == (closed and at(closed), issue)


@pytest.mark.parametrize(
    ("resolved", "last", "outflow", "issue"),
    [
        pytest.param("2023-01-03 09:00", None, {3: 1}, None, id="the export knows since when"),
        pytest.param("2023-01-01 09:00", None, {2: 1}, None, id="resolved before it was created"),
        pytest.param("2023-01-06 08:53:59", None, {6: 1}, None, id="more than 0.1 h before the log"),
        pytest.param("2023-01-06 08:54", None, {2: 1}, "closed_before_log", id="that is when it was set to Closed"),
        pytest.param(None, "Open", {2: 1}, "closed_before_log", id="reopened, and nobody knows"),
        pytest.param("2023-01-03 09:00", "Open", {3: 1, 7: 1}, "closed_in_export_only",
                     id="the export knows, and it is reopened"),
    ],
)  # fmt: skip
def test_a_log_that_begins_with_a_closed_ticket(resolved, last, outflow, issue) -> None:
    """Solved to Closed (or Open) on the 6th at 9:00, closed by the export alone on the 7th at 9:00 where it was reopened."""
    changes = [event("T", "2023-01-06 09:00", "status", "Solved", last or "Closed")]
    if last and resolved:
        changes.append(event("T", "2023-01-07 09:00", "status", "Open", "Waiting"))
    rows = made(*changes, resolved=resolved)
    assert days(rows, "backlog_daily", "outflow") == {day: (n,) for day, n in outflow.items()}
    assert rows["fact"]["log_issues"] == issue


@pytest.mark.parametrize(
    ("as_of", "states"),
    [("2023-01-03 08:59:59", ["open"]), ("2023-01-03 09:00:00", ["open", "closed"])],
)
def test_a_closing_before_the_log_is_known_when_it_has_happened(as_of, states) -> None:
    change = event("T", "2023-01-06 09:00", "status", "Solved", "Closed")
    rows = made(change, as_of=as_of, resolved="2023-01-03 09:00")
    assert [row["state"] for row in rows["history"]] == states


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("2023-01-03 09:00", "status", "Open", "Solved"), id="closed in both"),
        pytest.param(("2023-01-02 12:00", "agent_id", "A2", "A1"), id="closed in the export alone"),
    ],
)
@pytest.mark.parametrize(
    ("as_of", "closed"),
    [("2023-01-03 09:00:00", "2023-01-03 09:00"), ("2023-01-03 08:59:59", None)],
)
def test_a_closing_at_as_of_is_known(change, as_of, closed) -> None:
    fact = made(event("T", *change), as_of=as_of, resolved="2023-01-03 09:00")["fact"]
    assert fact["resolved_at"] == (closed and at(closed))


def test_a_closing_that_did_not_happen_takes_no_other_change_with_it() -> None:
    fact = made(
        event("T", "2023-01-04 09:00", "status", "Open", "Solved"),
        event("T", "2023-01-05 09:00", "agent_id", "A1", "A2"),
    )["fact"]
    assert (fact["resolved_at"], fact["status"], fact["agent_id"]) == (None, "Open", "A2")


def test_without_status_changes_the_export_alone_closes() -> None:
    change = event("T", "2023-01-03 09:00", "agent_id", None, "A1")
    fact = made(change, resolved="2023-01-02 09:00")["fact"]  # before it was created
    assert (fact["resolved_at"], fact["resolution_hours_clean"]) == (at("2023-01-02 09:00"), None)
    assert (fact["sla_state"], fact["log_issues"], fact["assignments"]) == ("met", None, 1)


def test_a_value_before_its_first_change_is_what_the_change_was_from() -> None:
    change = event("T", "2023-01-05 09:00", "agent_id", "A9", "A1")
    assert made(change, as_of="2023-01-04")["fact"]["agent_id"] == "A9"  # the export says A1


def test_a_ticket_that_waited_before_its_first_change_waited_from_its_creation() -> None:
    rows = made(
        event("T", "2023-01-03 10:00", "status", "Waiting", "Open"), as_of="2023-01-03 11:00"
    )
    assert [row["state"] for row in rows["history"]] == ["paused", "open"]
    assert (rows["fact"]["paused_hours"], rows["fact"]["due_at"]) == (24.0, at("2023-01-03 20:00"))


def test_pauses_on_a_calendar_count_its_hours_alone() -> None:
    """Monday 10 to 12 are used; it waits over the night; 8 hours are left on Wednesday morning."""
    office, _ = clocks("UTC", 0)
    rows = made(
        event("T", "2023-01-02 12:00", "status", "Open", "Waiting"),
        event("T", "2023-01-04 09:00", "status", "Waiting", "Open"),
        clock=office,
    )
    fact = rows["fact"]
    assert (fact["paused_hours"], fact["due_at"]) == (13.0, at("2023-01-04 17:00"))


def test_half_a_second_of_a_target_counts_as_a_whole_one() -> None:
    rows = made(event("T", "2023-01-02 11:00", "agent_id", "A2", "A1"), hours=36000.5 / 3600)
    assert rows["fact"]["due_at"] == at("2023-01-02 20:00:01")


def test_an_unknown_ticket_changes_nothing() -> None:
    rows = made(event("nobody", "2023-01-03 09:00", "status", "Open", "Solved"))
    assert rows["ticket_history"] == [] and rows["fact"]["reopens"] is None


def test_moving_later_changes_leaves_earlier_days_as_they_were() -> None:
    """What happens after an evening is not known on it: rows of whole days stay, whatever comes."""
    tickets, events, as_of = random_log(3, "UTC", 20)
    evening = as_of.replace(hour=0, minute=0, second=0) - 3 * DAY
    full = build(tickets, as_of, events=events)
    cut = build(tickets, evening - SECOND, events=events)
    for table in ("features_daily", "backlog_daily", "segment_daily", "daily_agent_load"):
        leave_out = {"open_tickets_from_day"}  # which looks from as_of
        before = [
            {name: value for name, value in row.items() if name not in leave_out}
            for row in full[table]
            if row["ops_date"] < evening.date()
            and any(v for k, v in row.items() if k not in ("ops_date", "agent_id", *leave_out))
        ]
        then = [
            {name: value for name, value in row.items() if name not in leave_out}
            for row in cut[table]
        ]
        then = [
            row
            for row in then
            if any(v for k, v in row.items() if k not in ("ops_date", "agent_id"))
        ]
        assert differences(table, then, before) == []
