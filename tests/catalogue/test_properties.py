"""What must hold for any tickets whatever."""

import json
from collections import defaultdict
from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brute_force import compute
from generated_tickets import AGENTS, DAY, SECOND, ZONES, few_tickets, many_tickets, moments_of
from opsdesk.calendars.calendar_file import read_clock
from opsdesk.catalogue.tables import catalogue, results
from ticket_rows import differences
from tickets import Row, build, ticket

BANDS = ("age_0_1", "age_2_7", "age_8_30", "age_31_90", "age_over_90")
quick = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
zones = st.sampled_from(ZONES)
runs = zones.flatmap(lambda zone: st.tuples(few_tickets(zone), moments_of(zone), st.just(zone)))


def by_date(rows: list[Row], column: str = "ops_date") -> dict[date, Row]:
    return {row[column]: row for row in rows}


@quick
@given(runs)
def test_a_few_tickets_equal_the_slow_computation(run: tuple) -> None:
    tickets, as_of, zone = run
    actual, expected = build(tickets, as_of, zone, AGENTS), compute(tickets, as_of, zone, AGENTS)
    found = {
        table.name: differences(table.name, actual[table.name], expected[table.name])
        for table in results()
    }
    assert {name: rows for name, rows in found.items() if rows} == {}


@pytest.fixture(scope="module", params=ZONES)
def tables(request: pytest.FixtureRequest) -> dict[str, list[Row]]:
    """All tables of 300 tickets in each zone."""
    tickets, as_of = many_tickets(request.param, 300, seed=4)
    return build(tickets, as_of, request.param, AGENTS)


def test_backlog_is_opening_plus_inflow_minus_outflow(tables: dict) -> None:
    rows = tables["backlog_daily"]
    assert [row["backlog_size"] for row in rows] == [
        row["opening"] + row["inflow"] - row["outflow"] for row in rows
    ]


def test_backlog_is_the_sum_of_its_bands(tables: dict) -> None:
    rows = tables["backlog_daily"]
    assert [row["backlog_size"] for row in rows] == [
        sum(row[band] for band in BANDS) for row in rows
    ]


def test_opening_is_the_backlog_of_the_day_before_and_no_day_is_left_out(tables: dict) -> None:
    rows = sorted(tables["backlog_daily"], key=lambda row: row["ops_date"])
    assert rows[0]["opening"] == 0
    assert all(
        after["opening"] == before["backlog_size"] and after["ops_date"] == before["ops_date"] + DAY
        for before, after in pairwise(rows)
    )


def test_the_last_backlog_is_the_open_tickets(tables: dict) -> None:
    open_tickets = sum(not row["is_resolved"] for row in tables["fact_tickets"])
    assert (
        max(tables["backlog_daily"], key=lambda row: row["ops_date"])["backlog_size"]
        == open_tickets
        > 0
    )
    assert sum(row["open_now"] for row in tables["cohort_daily"]) == open_tickets
    assert sum(row["open_tickets_from_day"] for row in tables["daily_agent_load"]) == open_tickets


def test_daily_tables_tell_the_same_story(tables: dict) -> None:
    features, backlog = by_date(tables["features_daily"]), by_date(tables["backlog_daily"])
    assert (
        features.keys() == backlog.keys() == by_date(tables["cohort_daily"], "created_date").keys()
    )
    for day, row in features.items():
        told = (
            row["total_tickets"],
            row["resolved_tickets"],
            row["open_tickets"],
            row["past_due_tickets"],
        )
        assert told == tuple(
            backlog[day][name] for name in ("inflow", "outflow", "backlog_size", "past_due")
        )


def test_segments_sum_to_the_totals_in_every_dimension(tables: dict) -> None:
    sums: dict = defaultdict(lambda: defaultdict(int))
    names = {
        "created": "total_tickets",
        "resolved": "resolved_tickets",
        "backlog_size": "open_tickets",
        "past_due": "past_due_tickets",
    }
    names |= {name: name for name in ("sla_due_tickets", "sla_due_missed", "met", "breached")}
    for row in tables["segment_daily"]:
        for name in names:
            sums[row["dimension"], row["ops_date"]][name] += row[name]
    texts = filter(None, (row["attributes"] for row in tables["fact_tickets"]))
    attributes = {name for text in texts for name in json.loads(text)}
    dimensions = {"priority", "category", "channel", "customer_tier", "team"} | attributes
    totals = {
        (dimension, row["ops_date"]): row
        for row in tables["features_daily"]
        for dimension in dimensions
    }
    assert sums.keys() == totals.keys()
    for key, summed in sums.items():
        assert summed == {name: totals[key][total] for name, total in names.items()}, key


def test_agents_sum_to_the_totals(tables: dict) -> None:
    sums: dict = defaultdict(lambda: defaultdict(int))
    names = {
        "tickets_assigned": "total_tickets",
        "tickets_resolved": "resolved_tickets",
        "open_tickets": "open_tickets",
    }
    for row in tables["daily_agent_load"]:
        assert any(row[name] for name in names), row
        for name in names:
            sums[row["ops_date"]][name] += row[name]
    for row in tables["features_daily"]:
        assert {name: sums[row["ops_date"]][name] for name in names} == {
            name: row[total] for name, total in names.items()
        }


def test_rates_are_fractions(tables: dict) -> None:
    rates = [
        row[name]
        for row in tables["features_daily"]
        for name in ("sla_breach_rate", "sla_attainment")
    ]
    assert all(rate is None or 0 <= rate <= 1 for rate in rates)
    assert any(rate not in (None, 0, 1) for rate in rates)


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_known_of_closed_days_stays_true_when_time_goes_on(zone: str) -> None:
    tickets, later = many_tickets(zone, 250, seed=5)
    earlier = later - 9 * DAY - 7 * 3600 * SECOND
    before, after = build(tickets, earlier, zone, AGENTS), build(tickets, later, zone, AGENTS)
    last = max(row["ops_date"] for row in before["features_daily"])
    for table, but in {
        "features_daily": (),
        "backlog_daily": (),
        "segment_daily": (),
        "signal_daily": (),
        "daily_agent_load": ("open_tickets_from_day",),
    }.items():
        old, new = (
            [
                {name: value for name, value in row.items() if name not in but}
                for row in rows[table]
                if row["ops_date"] < last
            ]
            for rows in (before, after)
        )
        assert old
        assert differences(table, new, old) == []


@quick
@given(runs, st.integers(0, 5))
def test_attainment_of_a_closed_day_never_changes(run: tuple, days: int) -> None:
    tickets, as_of, zone = run
    tables = ("fact_tickets", "features_daily")
    before, after = (
        build(tickets, moment, zone, only=tables)["features_daily"]
        for moment in (as_of, as_of + days * DAY)
    )
    last, later = max((row["ops_date"] for row in before), default=date.min), by_date(after)
    for row in before:
        if row["ops_date"] < last:
            assert [
                later[row["ops_date"]][name]
                for name in ("sla_due_tickets", "sla_due_missed", "sla_attainment")
            ] == [
                row["sla_due_tickets"],
                row["sla_due_missed"],
                row["sla_attainment"],
            ]


@quick
@given(runs)
def test_resolutions_after_as_of_change_nothing(run: tuple) -> None:
    tickets, as_of, zone = run
    as_known = [
        row | {"resolved_at": None} if row["resolved_at"] and row["resolved_at"] > as_of else row
        for row in tickets
    ]
    actual, expected = build(tickets, as_of, zone, AGENTS), build(as_known, as_of, zone, AGENTS)
    assert all(differences(name, actual[name], expected[name]) == [] for name in expected)


@quick
@given(runs, st.randoms(use_true_random=False))
def test_repeated_rows_and_their_order_change_nothing(run: tuple, chance: object) -> None:
    tickets, as_of, zone = run
    rows = [row | {"ticket_id": f"T{number}"} for number, row in enumerate(tickets)]
    older = [
        row | {"_ingestion_ts": "2029-12-31 00:00", "status": "older", "resolved_at": None}
        for row in rows
    ]
    shuffled = [*rows, *rows, *older]
    chance.shuffle(shuffled)
    actual, expected = build(shuffled, as_of, zone, AGENTS), build(rows, as_of, zone, AGENTS)
    assert all(differences(name, actual[name], expected[name]) == [] for name in expected)


@example(datetime.fromisoformat("2023-01-05 12:00:00+00:00"))
@quick
@given(moments_of("UTC"))
def test_every_table_has_the_declared_columns_in_order_and_unique_keys(as_of: datetime) -> None:
    tables = build(
        [
            ticket("2023-01-01", attributes='{"product":"Phone"}'),
            ticket("2023-01-01", "2023-01-02", sla_hours=1.0),
        ],
        as_of,
        agents=AGENTS,
        clock=read_clock("business_hours", "UTC"),
    )
    for name, rows in tables.items():
        table = catalogue()[name]
        if not rows and name == "ticket_history":
            continue
        assert list(rows[0]) == [column.name for column in table.columns]
        assert len({tuple(row[key] for key in table.key) for row in rows}) == len(rows)
