"""cohort_daily and segment_daily, case by case. All days are of January 2023 unless said."""

from datetime import date

import duckdb
import pytest

from opsdesk.ingest.attributes_sql import select_attributes
from tickets import Row, agent, build, ticket

COHORTS = ("fact_tickets", "features_daily", "cohort_daily")
SEGMENTS = ("dim_agents", "fact_tickets", "dim_attributes", "segment_daily")


def cohorts(tickets: list[Row], as_of: str, timezone: str = "UTC") -> dict[int, Row]:
    """The rows of cohort_daily in January by day of the month."""
    rows = build(tickets, as_of, timezone, only=COHORTS)["cohort_daily"]
    return {row["created_date"].day: row for row in rows if row["created_date"].month == 1}


@pytest.mark.parametrize(
    ("resolved", "counts"),
    [
        pytest.param("2023-01-03 10:00:00", (1, 1, 1), id="after exactly 24 hours: within a day"),
        pytest.param("2023-01-03 10:00:01", (0, 1, 1), id="a second later: not within a day"),
        pytest.param("2023-01-09 10:00:00", (0, 1, 1), id="after exactly 7 days"),
        pytest.param("2023-01-09 10:00:01", (0, 0, 1), id="a second later: not within 7 days"),
        pytest.param("2023-02-01 10:00:00", (0, 0, 1), id="after exactly 30 days"),
        pytest.param("2023-02-01 10:00:01", (0, 0, 0), id="a second later: not within 30 days"),
        pytest.param(
            "2023-01-01 10:00:00", (1, 1, 1), id="resolved before it was created: at once"
        ),
        pytest.param(None, (0, 0, 0), id="open"),
    ],
)
def test_resolved_within(resolved: str | None, counts: tuple) -> None:
    row = cohorts([ticket("2023-01-02 10:00:00", resolved)], "2023-03-01")[2]
    assert (row["resolved_1d"], row["resolved_7d"], row["resolved_30d"]) == counts
    assert (row["tickets"], row["open_now"]) == (1, int(resolved is None))


@pytest.mark.parametrize(
    ("timezone", "as_of", "counts"),
    [
        pytest.param(
            "UTC",
            "2023-01-03 23:59:59",
            (None, None, None),
            id="a second before 24 hours after the day ended: not known",
        ),
        pytest.param(
            "UTC", "2023-01-04 00:00:00", (1, None, None), id="24 hours after the day ended: known"
        ),
        pytest.param("UTC", "2023-01-09 23:59:59", (1, None, None), id="a second before 7 days"),
        pytest.param("UTC", "2023-01-10 00:00:00", (1, 1, None), id="7 days"),
        pytest.param("UTC", "2023-02-01 23:59:59", (1, 1, None), id="a second before 30 days"),
        pytest.param("UTC", "2023-02-02 00:00:00", (1, 1, 1), id="30 days"),
        pytest.param(
            "America/New_York",
            "2023-01-04 04:59:59",
            (None, None, None),
            id="New York: the day ends later",
        ),
        pytest.param(
            "America/New_York",
            "2023-01-04 05:00:00",
            (1, None, None),
            id="New York: 24 hours after it ended",
        ),
    ],
)
def test_right_censoring(timezone: str, as_of: str, counts: tuple) -> None:
    row = cohorts([ticket("2023-01-02 10:00", "2023-01-02 11:00")], as_of, timezone)[2]
    assert (row["resolved_1d"], row["resolved_7d"], row["resolved_30d"]) == counts


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        pytest.param("2022-11-07 04:59:59", None, id="24 hours after midnight, but the day has 25"),
        pytest.param(
            "2022-11-08 04:59:59", None, id="a second before 24 hours after the day ended"
        ),
        pytest.param("2022-11-08 05:00:00", 1, id="24 hours after the day ended"),
    ],
)
def test_right_censoring_on_a_day_of_25_hours(as_of: str, known: int | None) -> None:
    rows = build(
        [ticket("2022-11-06 14:00", "2022-11-06 15:00")], as_of, "America/New_York", only=COHORTS
    )["cohort_daily"]
    assert {row["created_date"]: row["resolved_1d"] for row in rows}[date(2022, 11, 6)] == known


def test_a_quiet_day_has_zeros_once_it_is_known() -> None:
    row = cohorts([ticket("2023-01-02"), ticket("2023-01-05")], "2023-01-05 12:00")[3]
    assert row == {
        "created_date": date(2023, 1, 3),
        "tickets": 0,
        "resolved_1d": 0,
        "resolved_7d": None,
        "resolved_30d": None,
        "open_now": 0,
    }


def test_a_resolution_after_as_of_is_still_open() -> None:
    assert cohorts([ticket("2023-01-02", "2023-01-06")], "2023-01-05")[2]["open_now"] == 1


COUNTS = ("created", "resolved", "backlog_size", "past_due", "sla_due_tickets", "sla_due_missed")
AS_OF = "2023-01-05 12:00"


def segments(
    tickets: list[Row], dimension: str, agents: list[Row] = ()
) -> dict[tuple[str, int], tuple]:
    """The counts of one dimension by segment and day of the month."""
    rows = build(tickets, AS_OF, agents=agents, only=SEGMENTS)["segment_daily"]
    return {
        (row["segment"], row["ops_date"].day): tuple(row[name] for name in COUNTS)
        for row in rows
        if row["dimension"] == dimension
    }


@pytest.mark.parametrize("dimension", ["priority", "category", "channel", "customer_tier"])
def test_dimension(dimension: str) -> None:
    tickets = [
        ticket("2023-01-05", **{dimension: "x"}),
        ticket("2023-01-05", **{dimension: None}),
        ticket("2023-01-05", **{dimension: "x"}),
    ]
    assert segments(tickets, dimension) == {
        ("x", 5): (2, 0, 2, 0, 0, 0),
        ("(none)", 5): (1, 0, 1, 0, 0, 0),
    }


def test_dense_from_the_first_day_of_the_segment_on() -> None:
    tickets = [
        ticket("2023-01-03", priority="Low"),
        ticket("2023-01-04 10:00", "2023-01-04 11:00", priority="High"),
    ]
    assert segments(tickets, "priority") == {
        ("Low", 3): (1, 0, 1, 0, 0, 0),
        ("Low", 4): (0, 0, 1, 0, 0, 0),
        ("Low", 5): (0, 0, 1, 0, 0, 0),
        ("High", 4): (1, 1, 0, 0, 0, 0),
        ("High", 5): (0, 0, 0, 0, 0, 0),
    }


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        pytest.param(
            ticket("2023-01-04 10:00", sla_hours=4.0),
            {4: (1, 0, 1, 1, 1, 1), 5: (0, 0, 1, 1, 0, 0)},
            id="missed and past due",
        ),
        pytest.param(
            ticket("2023-01-04 10:00", "2023-01-05 00:00", sla_hours=4.0),
            {4: (1, 0, 1, 1, 1, 1), 5: (0, 1, 0, 0, 0, 0)},
            id="resolved late",
        ),
        pytest.param(
            ticket("2023-01-04 10:00", "2023-01-04 14:00", sla_hours=4.0),
            {4: (1, 1, 0, 0, 1, 0), 5: (0, 0, 0, 0, 0, 0)},
            id="in time",
        ),
        pytest.param(
            ticket("2023-01-04 12:00", sla_hours=24.0),
            {4: (1, 0, 1, 0, 0, 0), 5: (0, 0, 1, 1, 1, 1)},
            id="due at as_of",
        ),
        pytest.param(
            ticket("2023-01-04 13:00", sla_hours=24.0),
            {4: (1, 0, 1, 0, 0, 0), 5: (0, 0, 1, 0, 0, 0)},
            id="due after as_of",
        ),
        pytest.param(
            ticket("2023-01-04", "2023-01-05", sla_breached=True, _issues="judged_by_flag"),
            {4: (1, 0, 1, 0, 0, 0), 5: (0, 1, 0, 0, 0, 0)},
            id="judged by flag",
        ),
        pytest.param(
            ticket("2023-01-04", "2023-01-02"),
            {4: (1, 1, 0, 0, 0, 0), 5: (0, 0, 0, 0, 0, 0)},
            id="resolved before created",
        ),
    ],
)
def test_segment_counts(row: Row, counts: dict) -> None:
    assert segments([row], "category") == {
        ("Billing", number): values for number, values in counts.items()
    }


@pytest.mark.parametrize(
    ("row", "judged"),
    [
        pytest.param(ticket("2023-01-04", "2023-01-05", sla_hours=4.0), (0, 1), id="late"),
        pytest.param(ticket("2023-01-04", "2023-01-05", sla_hours=24.0), (1, 0), id="in time"),
        pytest.param(ticket("2023-01-04", sla_hours=4.0), (0, 0), id="open: breached, not resolved"),
        pytest.param(ticket("2023-01-04", "2023-01-05"), (0, 0), id="nothing promised"),
        pytest.param(ticket("2023-01-05", "2023-01-02", sla_hours=4.0), (1, 0), id="resolved before created"),
        pytest.param(ticket("2023-01-04", "2023-01-05", sla_breached=True, _issues="judged_by_flag"),
                     (0, 1), id="judged by flag"),
    ],
)  # fmt: skip
def test_what_is_resolved_is_judged_that_day(row: Row, judged: tuple) -> None:
    tables = build([row], AS_OF)
    found = [
        (day["met"], day["breached"])
        for name in ("features_daily", "segment_daily")
        for day in tables[name]
        if day["ops_date"].day == 5
    ]
    assert found == [judged] * 5  # all tickets, and one segment of four dimensions


TEAMS = [agent("A1", "North"), agent("A2", "South"), agent("A3", None), agent("A4", "North")]


@pytest.mark.parametrize(
    ("agent_id", "team"),
    [
        pytest.param("A1", "North", id="the agent's team"),
        pytest.param("A3", "(none)", id="an agent without team"),
        pytest.param("A9", "(none)", id="an agent who is not in the file"),
        pytest.param(None, "(none)", id="unassigned"),
    ],
)
def test_team(agent_id: str | None, team: str) -> None:
    assert segments([ticket("2023-01-05", agent_id=agent_id)], "team", TEAMS) == {
        (team, 5): (1, 0, 1, 0, 0, 0)
    }


def test_agents_of_a_team_are_counted_together() -> None:
    tickets = [
        ticket("2023-01-05", agent_id="A1"),
        ticket("2023-01-05", agent_id="A4"),
        ticket("2023-01-05", agent_id="A2"),
    ]
    assert segments(tickets, "team", TEAMS) == {
        ("North", 5): (2, 0, 2, 0, 0, 0),
        ("South", 5): (1, 0, 1, 0, 0, 0),
    }


def test_no_team_without_an_agents_file() -> None:
    rows = build([ticket("2023-01-05")], AS_OF, only=SEGMENTS)["segment_daily"]
    assert {row["dimension"] for row in rows} == {
        "priority",
        "category",
        "channel",
        "customer_tier",
    }


def test_an_attribute_is_a_dimension_and_adds_up_to_all_tickets() -> None:
    tickets = [
        ticket("2023-01-04", attributes='{"product":"Phone","region":"North"}'),
        ticket("2023-01-05", attributes='{"product":"Phone"}'),
        ticket("2023-01-05"),
    ]
    assert segments(tickets, "product") == {
        ("Phone", 4): (1, 0, 1, 0, 0, 0),
        ("Phone", 5): (1, 0, 2, 0, 0, 0),
        ("(none)", 5): (1, 0, 1, 0, 0, 0),
    }
    assert segments(tickets, "region") == {
        ("North", 4): (1, 0, 1, 0, 0, 0),
        ("North", 5): (0, 0, 1, 0, 0, 0),
        ("(none)", 5): (2, 0, 2, 0, 0, 0),
    }


@pytest.mark.parametrize(
    "value",
    [
        pytest.param('a "quoted" \\ text', id="quotes and backslash"),
        pytest.param("two\nlines\r\tand a tab", id="control characters"),
        pytest.param("\\u0022 \\n", id="what looks like an escape"),
        pytest.param('","region":"x', id="what looks like an attribute"),
        pytest.param("日本 😀 ' {}", id="other scripts"),
        pytest.param("x" * 10_000, id="long"),
    ],
)
def test_the_text_of_an_attribute_survives(value: str) -> None:
    text = select_attributes({"product": "$value::VARCHAR"})
    ((attributes,),) = duckdb.execute(f"SELECT {text}", {"value": value}).fetchall()
    assert list(segments([ticket("2023-01-05", attributes=attributes)], "product")) == [(value, 5)]
