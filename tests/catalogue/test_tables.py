"""tables.yaml, and the SQL files held to it."""

import re

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue.tables import Table, catalogue, read_sql, results
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.translate import typed_select
from opsdesk.project import ROOT
from tickets import instant

# DESIGN, section 4: the columns in their order.
COLUMNS = {
    "dim_agents": "agent_id name team active_from active_to daily_capacity",
    "dim_calendar": "calendar starts_at ends_at is_open open_seconds_before open_days closes_day",
    "ticket_history": "ticket_id place from_at until_at from_date until_date state status priority agent_id team sla_hours sla_clock_hours "
    "clock_hours_used clock_hours_passed is_closing is_reopening is_assignment is_past_due judged resolution_hours due_at breached_at "
    "missed_date kept_date log_issues",
    "fact_tickets": "ticket_id created_at resolved_at created_date resolved_date is_resolved resolution_hours_clean sla_hours sla_breached priority "
    "category channel customer_tier status agent_id updated_at first_response_at customer subject attributes due_at due_date sla_state "
    "breached_at hours_open first_response_date first_response_hours hours_since_update sla_calendar sla_clock_hours "
    "business_resolution_hours business_hours_open team_in_force reopens assignments first_resolved_at paused_hours is_paused "
    "log_issues",
    "dim_attributes": "attribute",
    "features_daily": "ops_date total_tickets resolved_tickets open_tickets avg_tat sla_breach_rate median_tat p90_tat sla_due_tickets sla_due_missed "  # noqa: E501
    "sla_attainment past_due_tickets first_responses median_first_response p90_first_response met breached reopened_tickets",
    "backlog_daily": "ops_date backlog_size opening inflow outflow age_0_1 age_2_7 age_8_30 age_31_90 age_over_90 age_p50_days age_p90_days past_due",
    "daily_agent_load": "ops_date agent_id tickets_assigned tickets_resolved avg_resolution_hours sla_breaches open_tickets_from_day open_tickets "
    "tickets_reopened moved_in moved_out",
    "ticket_sla_risk": "ticket_id created_at_ts created_date priority category agent_id resolution_hours_clean sla_hours sla_breached day_of_week "
    "hour_of_day is_high_priority is_long_resolution hours_open hours_left sla_elapsed sla_state risk_band",
    "cohort_daily": "created_date tickets resolved_1d resolved_7d resolved_30d open_now",
    "segment_daily": "ops_date dimension segment created resolved backlog_size past_due sla_due_tickets sla_due_missed met breached reopened moved_in "  # noqa: E501
    "moved_out",
    "signal_daily": "ops_date indicator dimension segment value expected lower upper excess signal",
    "work_next": "rank ticket_id priority category agent_id customer hours_left score reasons action",
}
RESULTS = [pytest.param(table, id=table.name) for table in results()]
ALL = [pytest.param(table, id=table.name) for table in catalogue().values()]


def test_the_tables_and_their_columns_are_those_of_the_design() -> None:
    assert {
        table.name: " ".join(column.name for column in table.columns) for table in results()
    } == COLUMNS


def test_every_sql_file_is_a_result_table() -> None:
    assert sorted(path.stem for path in ROOT.glob("lib/opsdesk/catalogue/sql/*.sql")) == sorted(
        table.name for table in results()
    )


@pytest.mark.parametrize("table", ALL)
def test_everything_is_said_in_sentences(table: Table) -> None:
    for text in (table.description, *(column.description for column in table.columns)):
        assert re.fullmatch(r"[A-Z].{15,}\.", text), text
    assert table.kind in ("raw", "result", "estimate", "ledger")
    assert set(table.key) <= {column.name for column in table.columns}


@pytest.mark.parametrize("table", ALL)
def test_every_number_has_a_unit_and_nothing_else_has(table: Table) -> None:
    assert [
        column.name
        for column in table.columns
        if bool(column.unit) != (column.type in ("INT64", "FLOAT64"))
    ] == []


@pytest.mark.parametrize("table", RESULTS)
def test_the_final_select_lists_the_columns_in_order(table: Table) -> None:
    assert sqlglot.parse_one(read_sql(table), read="bigquery").named_selects == [
        column.name for column in table.columns
    ]


@pytest.mark.parametrize("table", RESULTS)
def test_a_file_reads_raw_tables_and_those_built_before_it(table: Table) -> None:
    tree = sqlglot.parse_one(read_sql(table), read="bigquery")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    known = {"tickets_raw", "events_raw", "agents_raw"} | {
        before.name for before in results()[: results().index(table)]
    }
    read = {node.name for node in tree.find_all(exp.Table)} - own
    assert read or table.name == "dim_calendar"  # made of parameters alone
    assert read <= known


@pytest.mark.parametrize("table", RESULTS)
def test_a_file_has_no_parameter_but_moment_zone_and_calendar(table: Table) -> None:
    assert set(re.findall(r"@(\w+)", read_sql(table))) <= {"as_of", "timezone", *NO_CALENDAR}


@pytest.mark.parametrize("table", RESULTS)
def test_a_file_begins_with_its_name_and_population(table: Table) -> None:
    first, second = read_sql(table).splitlines()[:2]
    assert first.startswith(f"-- {table.name}: ")
    assert second.startswith("-- Population: ")


def test_every_table_has_the_declared_types_in_the_declared_order() -> None:
    given = {"as_of": instant("2023-01-01"), "timezone": "UTC", **NO_CALENDAR}
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for name in ("tickets_raw", "events_raw", "agents_raw"):
            columns = [
                f'"{column.name}" {column.duckdb_type}' for column in catalogue()[name].columns
            ]
            con.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        for table in results():
            con.execute(f"CREATE TABLE {table.name} AS {typed_select(table, 'duckdb', given)}")
            found = [
                (name, kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"))
                for name, kind, *_ in con.execute(f"DESCRIBE {table.name}").fetchall()
            ]
            assert found == [(column.name, column.duckdb_type) for column in table.columns]


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(
        OpsdeskError, match="There is no column 'capacity' in dim_agents: it has agent_id, name"
    ):
        catalogue()["dim_agents"].column("capacity")


def test_a_table_that_is_loaded_has_no_sql() -> None:
    with pytest.raises(OpsdeskError, match="tickets_raw has no SQL file: it is a raw table"):
        read_sql(catalogue()["tickets_raw"])
