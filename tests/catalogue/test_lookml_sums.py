"""The measures of deploy/looker, computed: by Google's reference engine as they are, by DuckDB translated."""

from collections import defaultdict
from datetime import date

import duckdb
import lkml
import pyarrow as pa
import pytest

from generated_tickets import AGENTS, many_tickets
from googlesql import rows
from looker import measure, read_view
from opsdesk.catalogue.lookml.__main__ import files
from opsdesk.catalogue.lookml.sums import find_day
from opsdesk.catalogue.lookml.view import view_text
from opsdesk.catalogue.tables import Table, catalogue, results
from opsdesk.googlesql.translate import transpile
from sla_clocks import OFFICE, clock
from tickets import build, event

pytestmark = pytest.mark.xdist_group("googlesql")
RESULTS = [pytest.param(table, id=table.name) for table in results()]
MON, TUE, WED = date(2023, 1, 2), date(2023, 1, 3), date(2023, 1, 4)


def compute(name: str, columns: str, values: list[tuple], measures: str) -> tuple:
    """These measures over all these rows of a table, as BigQuery computes them."""
    table = catalogue()[name]
    empty = {column.name: None for column in table.columns}
    content = [empty | dict(zip(columns.split(), row, strict=True)) for row in values]
    sql = read_view(view_text(table)).measures
    selected = ", ".join(f"{sql[measure]} AS {measure}" for measure in measures.split())
    (found,) = rows(f"SELECT {selected} FROM {name} AS t", {name: content}, {})
    return tuple(found[measure] for measure in measures.split())


def count_rows(con: duckdb.DuckDBPyConnection, source: str) -> int:
    ((count,),) = con.execute(f"SELECT count(*) FROM {source}").fetchall()
    return count


SEGMENTS = "ops_date dimension segment created backlog_size sla_due_tickets sla_due_missed"
LOAD = "ops_date agent_id tickets_assigned open_tickets avg_resolution_hours"


@pytest.mark.parametrize(
    ("table", "columns", "values", "measures", "expected"),
    [
        pytest.param(
            "backlog_daily",
            "ops_date opening inflow outflow backlog_size past_due",
            [(TUE, 7, 1, 3, 5, 4), (MON, 4, 5, 2, 7, 2)],
            "opening inflow outflow backlog_size past_due",
            (4, 6, 5, 5, 4),
            id="backlog of two days: opening of the first, size of the last, never 12",
        ),
        pytest.param(
            "backlog_daily",
            "ops_date backlog_size age_p90_days",
            [(MON, 7, 30)],
            "backlog_size age_p90_days",
            (7, 30),
            id="one day is as it is",
        ),
        pytest.param(
            "backlog_daily",
            "ops_date age_p90_days age_p50_days",
            [(MON, 30, 2), (TUE, 50, 2)],
            "age_p90_days age_p50_days",
            (None, None),
            id="percentiles of two days are empty, also equal ones",
        ),
        pytest.param(
            "features_daily",
            "ops_date met breached sla_breach_rate sla_due_tickets sla_due_missed sla_attainment avg_tat open_tickets",
            [(MON, 1, 1, 0.5, 1, 1, 0.0, 10.0, 3), (TUE, 8, 0, 0.0, 9, 0, 1.0, 20.0, 4)],
            "sla_breach_rate sla_attainment avg_tat open_tickets met",
            (0.1, 0.9, None, 4, 9),
            id="rates are divided sums, a mean of means is empty",
        ),
        pytest.param(
            "features_daily",
            "ops_date met breached sla_due_tickets sla_due_missed",
            [(MON, 0, 0, 0, 0)],
            "sla_breach_rate sla_attainment",
            (None, None),
            id="nothing to judge",
        ),
        pytest.param(
            "cohort_daily",
            "created_date tickets resolved_1d resolved_7d",
            [(MON, 4, 2, 3), (TUE, 6, 3, None)],
            "tickets resolved_1d resolved_1d_share resolved_7d resolved_7d_share",
            (10, 5, 0.5, None, 0.75),
            id="days that have not had a week yet are in neither sum",
        ),
        pytest.param(
            "segment_daily",
            SEGMENTS,
            [
                (MON, "priority", "High", 2, 5, 4, 1),
                (TUE, "priority", "High", 1, 4, 0, 0),
                (TUE, "priority", "Low", 3, 8, 6, 1),
            ],
            "created backlog_size sla_attainment",
            (6, 12, 0.8),
            id="segments of one dimension: both of the last day",
        ),
        pytest.param(
            "segment_daily",
            SEGMENTS,
            [(MON, "priority", "High", 2, 5, 4, 1), (MON, "team", "Core", 2, 5, 4, 1)],
            "created backlog_size sla_attainment",
            (None, None, None),
            id="two dimensions count the same tickets",
        ),
        pytest.param(
            "daily_agent_load",
            LOAD,
            [(MON, "A1", 1, 2, 5.0), (TUE, "A2", 3, 4, 6.0), (TUE, "A3", 0, 1, 7.0)],
            "tickets_assigned open_tickets avg_resolution_hours",
            (4, 5, None),
            id="open tickets of the last day, of all agents who hold any",
        ),
        pytest.param(
            "signal_daily",
            "ops_date indicator dimension segment value expected",
            [(MON, "created", "all", "all", 5, 4.0), (TUE, "created", "all", "all", 6, 4.0)],
            "count value expected",
            (2, None, None),
            id="expected numbers are not added",
        ),
        pytest.param(
            "fact_tickets",
            "ticket_id resolution_hours_clean sla_breached is_resolved",
            [
                ("1", 1.0, True, True),
                ("2", 2.0, None, True),
                ("3", 6.0, False, True),
                ("4", None, None, False),
            ],
            "count average_resolution_hours_clean median_resolution_hours_clean p90_resolution_hours_clean "
            "sla_breached_share is_resolved_share",
            (4, 3.0, 2.0, 6.0, 0.5, 0.75),
            id="tickets: what is not known is in no mean and no share",
        ),
        pytest.param(
            "fact_tickets",
            "ticket_id hours_open",
            [(str(n), float(n)) for n in range(1, 11)],
            "median_hours_open p90_hours_open",
            (5.0, 9.0),
            id="percentiles are discrete: of 1 to 10, the ninth",
        ),
        pytest.param(
            "fact_tickets",
            "ticket_id hours_open",
            [("1", None)],
            "average_hours_open median_hours_open sla_breached_share",
            (None, None, None),
            id="nothing is known",
        ),
    ],
)
def test_measures(table, columns, values, measures, expected):
    assert compute(table, columns, values, measures) == expected


def test_keys_differ_where_rows_do():
    sql = read_view(view_text(catalogue()["segment_daily"])).fields["row_key"]["sql"]
    empty = {column.name: None for column in catalogue()["segment_daily"].columns}
    pairs = [("a", "b"), ("a|/b", "c"), ("a", "b|/c"), ("a|", "b"), ("a", "|b"), ("a", "/b")]
    content = [empty | {"ops_date": MON, "dimension": one, "segment": two} for one, two in pairs]
    text = f"SELECT {sql.replace('${TABLE}', 't')} AS k FROM segment_daily AS t"
    found = {row["k"] for row in rows(text, {"segment_daily": content}, {})}
    assert len(found) == len(pairs)
    assert "2023-01-02|/a|/b" in found


@pytest.fixture(scope="module")
def warehouse():
    """All tables of 120 tickets in DuckDB, with a calendar and a change of five of them."""
    tickets, as_of = many_tickets("Europe/Berlin", 120, seed=4)
    changes = [
        event(row["ticket_id"], row["created_at"], "priority", "Low", "High") for row in tickets[:5]
    ]
    more = {"clock": clock(OFFICE, "Europe/Berlin"), "events": changes}
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, content in build(tickets, as_of, "Europe/Berlin", AGENTS, **more).items():
            columns = catalogue()[name].columns
            con.execute(
                f"CREATE TABLE {name} ({', '.join(f'{c.name} {c.duckdb_type}' for c in columns)})"
            )
            frame = pa.Table.from_pylist(content)
            con.register("rows_of_it", frame).execute(f"INSERT INTO {name} FROM rows_of_it")
        yield con


@pytest.mark.parametrize("table", RESULTS)
def test_every_dimension_runs(warehouse, table: Table):
    view = read_view(view_text(table))
    expressions = [
        f"{field['sql'].replace('${TABLE}', 't')} AS {name}_"
        for name, field in view.fields.items()
        if field["kind"] != "measures"
    ]
    sql = transpile(f"SELECT {', '.join(expressions)} FROM {table.name} AS t", "duckdb", {})
    count = count_rows(warehouse, f"({sql})")
    assert count == count_rows(warehouse, table.name) > 0
    key = next(name for name, field in view.fields.items() if field.get("primary_key"))
    assert count_rows(warehouse, f"(SELECT DISTINCT {key}_ FROM ({sql}))") == count


def test_no_join_repeats_a_row_and_each_finds_some(warehouse):
    views = {table.name: read_view(view_text(table)) for table in results()}
    for explore in lkml.load(files()["opsdesk.model.lkml"])["explores"]:
        rows = count_rows(warehouse, explore["name"])
        for join in explore.get("joins", []):
            on = join["sql_on"]
            for view in (views[explore["name"]], views[join["name"]]):
                for name, field in view.fields.items():
                    own = f"{view.table}.{field.get('sql', '').removeprefix('${TABLE}.')}"
                    for reference in (name, f"{name}_raw"):
                        on = on.replace(f"${{{view.table}.{reference}}}", own)
            assert "$" not in on
            both = f"{explore['name']} JOIN {join['name']} ON {on}"
            assert 0 < count_rows(warehouse, both) <= rows, both


@pytest.mark.parametrize("table", RESULTS)
def test_every_measure_runs_on_tickets_by_the_month(warehouse, table: Table):
    day = find_day(table)
    group = f"month({day})" if day else "1"
    found = measure(warehouse, read_view(view_text(table)), day, group)
    assert sum(row["count"] for row in found) == count_rows(warehouse, table.name)


# Typed by hand, and not read from tables.yaml: what a month's number is made of.
OF_A_MONTH = {
    "features_daily": {
        "sum": "total_tickets resolved_tickets sla_due_tickets sla_due_missed first_responses met breached",
        "last": "open_tickets past_due_tickets",
        "none": "avg_tat median_tat p90_tat median_first_response p90_first_response",
    },
    "backlog_daily": {
        "sum": "inflow outflow",
        "last": "backlog_size age_0_1 age_2_7 age_8_30 age_31_90 age_over_90 past_due",
        "first": "opening",
        "none": "age_p50_days age_p90_days",
    },
    "daily_agent_load": {
        "sum": "tickets_assigned tickets_resolved sla_breaches open_tickets_from_day",
        "last": "open_tickets",
        "none": "avg_resolution_hours",
    },
    "signal_daily": {"none": "value expected lower upper excess"},
}


@pytest.mark.parametrize("name", OF_A_MONTH)
def test_numbers_of_a_month_equal_a_slow_computation(warehouse, name: str):
    content = warehouse.table(name).to_arrow_table().to_pylist()
    found = measure(
        warehouse, read_view(view_text(catalogue()[name])), "ops_date", "month(ops_date)"
    )
    assert len(found) > 1
    months = defaultdict(list)
    for row in content:
        months[row["ops_date"].month].append(row)
    for month in found:
        own = months[month["g"]]
        days = {
            "last": max(row["ops_date"] for row in own),
            "first": min(row["ops_date"] for row in own),
        }
        for way, columns in OF_A_MONTH[name].items():
            for column in columns.split():
                counted = [
                    row[column] for row in own if row["ops_date"] == days.get(way, row["ops_date"])
                ]
                expected = None if way == "none" and len(own) > 1 else sum(counted)
                assert month[column] == expected, (month["g"], column)


def test_opening_plus_inflow_minus_outflow_is_the_backlog_of_any_month(warehouse):
    view = read_view(view_text(catalogue()["backlog_daily"]))
    for row in measure(warehouse, view, "ops_date", "month(ops_date)"):
        assert row["backlog_size"] == row["opening"] + row["inflow"] - row["outflow"]
