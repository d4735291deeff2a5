"""What may stay of the published tables, decided from plain data: no database is opened."""

from datetime import UTC, date, datetime

import pytest

from opsdesk.catalogue.tables import catalogue, results
from opsdesk.warehouse.changes import Changes
from opsdesk.warehouse.duckdb.days import Days, PublishedDays, Touched, days_to_build
from opsdesk.warehouse.duckdb.decision import (
    Build,
    Situation,
    concerned_columns,
    decide,
    raw_differences,
)

FORMER = datetime(2023, 3, 1, tzinfo=UTC)
INTACT = frozenset(table.name for table in results())
FACT = {"fact_tickets": frozenset({"priority", "created_date"})}
RAW = {"tickets_raw": frozenset({"priority"})}
DAILY = {"fact_tickets": frozenset({"status"}), "features_daily": frozenset({"ops_date"})}


def decided(table="segment_daily", reads=FACT, differ=(), intact=INTACT, agents=False, moved=False):
    """The decision; `differ` has (table, column)."""
    differences = {name: {column} for name, column in differ}
    situation = Situation(Changes({"2023-01": ""}, agents, FORMER if moved else None), intact)
    return decide(catalogue()[table], reads, situation, differences)


def reading(**columns: set[str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(read) for name, read in columns.items()}


BOTH = reading(fact_tickets={"priority"}, ticket_sla_risk=set())
AGENTS = {"table": "dim_agents", "reads": reading(agents_raw={"team"})}
FACT_OF_TWO = {
    "table": "fact_tickets",
    "reads": reading(tickets_raw={"priority"}, agents_raw=set()),
}
RISK_OF_TWO = {
    "table": "ticket_sla_risk",
    "reads": reading(fact_tickets={"priority"}, dim_agents={"team"}),
}
PRIORITY = ("fact_tickets", "priority")


@pytest.mark.parametrize(
    ("given", "build"),
    [
        pytest.param({}, Build.NOTHING, id="nothing differs"),
        pytest.param({"differ": [PRIORITY]}, Build.DAYS, id="a column that is read"),
        pytest.param({"differ": [("fact_tickets", "status")]}, Build.NOTHING, id="a column that is not"),
        pytest.param({"differ": [("fact_tickets", "ticket_id")]}, Build.DAYS,
                     id="a ticket came or went: its key is read with any row"),
        pytest.param({"differ": [PRIORITY], "intact": INTACT - {"backlog_daily"}}, Build.WHOLE,
                     id="another daily table is not as declared"),
        pytest.param({"intact": INTACT - {"segment_daily"}}, Build.WHOLE,
                     id="the table itself is not as declared"),
        pytest.param({"moved": True}, Build.DAYS, id="as_of moved on"),
        pytest.param({"agents": True}, Build.WHOLE, id="other agents"),
        pytest.param({"reads": DAILY, "differ": [("features_daily", "ops_date")]}, Build.DAYS,
                     id="another daily table differs"),
        pytest.param({"table": "signal_daily", "reads": reading(segment_daily={"created"}),
                      "differ": [("segment_daily", "created")]}, Build.WHOLE,
                     id="days that are compared with those weeks before"),
        pytest.param({"reads": FACT | RAW, "differ": [("tickets_raw", "priority")]}, Build.WHOLE,
                     id="a raw table differs"),
        pytest.param({"reads": BOTH, "differ": [("ticket_sla_risk", "ticket_id")]}, Build.WHOLE,
                     id="another table of tickets differs"),
        pytest.param(AGENTS, Build.NOTHING, id="not of days, and nothing differs"),
        pytest.param(AGENTS | {"moved": True}, Build.WHOLE, id="not of days, and as_of moved on"),
        pytest.param({"table": "fact_tickets", "reads": RAW}, Build.TICKETS, id="the fact"),
        pytest.param(FACT_OF_TWO, Build.NOTHING, id="a fact of two tables, nothing differs"),
        pytest.param({"table": "ticket_sla_risk"}, Build.TICKETS, id="a table of tickets"),
        pytest.param(RISK_OF_TWO | {"differ": [("dim_agents", "team")]}, Build.WHOLE,
                     id="a table of tickets that reads more than the fact"),
    ],
)  # fmt: skip
def test_how_much_is_built(given, build):
    assert decided(**given) is build


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (Changes({"2023-01": ""}, False, None), ["tickets_raw"]),
        (Changes({}, True, None), ["agents_raw"]),
        (Changes({}, False, FORMER), []),
    ],
)
def test_which_raw_tables_differ(changes, names):
    assert list(raw_differences(changes)) == names


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        pytest.param(FACT, {"priority"}, id="those that are read"),
        pytest.param({"fact_tickets": frozenset()}, set(), id="rows are counted, and none came"),
        pytest.param(DAILY, {"priority", "due_at"}, id="all, where another daily table is read"),
    ],
)
def test_which_differences_concern_a_daily_table(reads, expected):
    assert concerned_columns(reads, {"fact_tickets": {"priority", "due_at"}}) == expected


def test_a_ticket_that_came_concerns_a_table_that_counts_rows():
    differences = {"fact_tickets": {"ticket_id", "priority"}}
    assert concerned_columns({"fact_tickets": frozenset()}, differences) == {"ticket_id"}


MAY_3, MAY_9 = date(2023, 5, 3), date(2023, 5, 9)
BEGINNINGS = (date(2023, 1, 2),)


@pytest.mark.parametrize(
    ("touched", "columns", "unfinished", "moved", "first", "last"),
    [
        pytest.param(Touched(MAY_3, MAY_9, True), {"resolved_at"}, None, False, MAY_3, MAY_9,
                     id="another resolution"),
        pytest.param(Touched(MAY_3, MAY_9, False), {"resolved_at"}, None, False, MAY_3, None,
                     id="a ticket is or was open"),
        pytest.param(Touched(MAY_3, MAY_9, True), {"resolved_at", "priority"}, None, False, MAY_3, None,
                     id="another segment"),
        pytest.param(Touched(MAY_9, MAY_9, True), {"resolved_at"}, MAY_3, True, MAY_3, None,
                     id="as_of moved on from an earlier day"),
        pytest.param(Touched(None, None, True), set(), MAY_9, True, MAY_9, None,
                     id="as_of moved on, and no ticket changed"),
    ],
)  # fmt: skip
def test_which_days_are_built(touched, columns, unfinished, moved, first, last):
    days = days_to_build(touched, columns, PublishedDays(BEGINNINGS, unfinished), as_of_moved=moved)
    assert days == Days(first, last, BEGINNINGS)


def test_no_day_is_built_where_none_is_touched():
    published = PublishedDays(BEGINNINGS, None)
    assert days_to_build(Touched(None, None, True), set(), published, as_of_moved=False) is None


def test_the_conditions_of_days():
    days = Days(MAY_3, MAY_9, BEGINNINGS)
    assert days.rows == "ops_date >= DATE '2023-05-03' AND ops_date <= DATE '2023-05-09'"
    assert days.tickets.endswith(
        "created_date IN (DATE '2023-01-02')) AND created_date <= DATE '2023-05-09'"
    )
    assert Days(MAY_3, None, ()).rows == "ops_date >= DATE '2023-05-03'"
    assert "created_date IN (NULL)" in Days(MAY_3, None, ()).tickets
