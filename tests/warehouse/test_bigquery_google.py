"""Google's own analyzer on every query text that BigQuery gets beside the SQL files: checks, charts, desk, the tickets behind a number."""

import re
from datetime import UTC, date, datetime

import pytest
from google.cloud import bigquery

import googlesql
from opsdesk import OpsdeskError, project
from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue import identities
from opsdesk.catalogue.identities import CHECKS
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.names import SERIES
from opsdesk.trends.drill_down import STATES, tickets_query
from opsdesk.trends.questions import read_question
from opsdesk.trends.selection import select_tickets
from opsdesk.warehouse.bigquery import expirations, statements, transactions
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.reconciliation import BY_MONTH

pytestmark = pytest.mark.xdist_group("googlesql")
PARAMETERS = {
    "as_of": "TIMESTAMP", "timezone": "STRING", "day": "DATE", "last_day": "DATE", "before": "DATE", "days_before": "INT64", "v0_0": "STRING",
    "v1_0": "STRING", "v2_0": "STRING", "first": "TIMESTAMP", "next": "TIMESTAMP",
    "rows": "INT64", "bytes": "INT64", "part": "STRING", "fingerprint": "STRING", "loaded_at": "TIMESTAMP",
    "dimension": "STRING", "segment": "STRING", "first_day": "DATE", "places": "INT64", "agent": "STRING",
    "before_first": "DATE", "before_last": "DATE", "now_first": "DATE", "now_last": "DATE",
    "least": "FLOAT64", **dict.fromkeys(NO_CALENDAR, "STRING"),
}  # fmt: skip
TICKETS = [tickets_query(date(2023, 6, 30), datetime(2023, 6, 30, tzinfo=UTC), state, {"priority": "High", "team": "Core"},
                         [column.name for column in catalogue()["fact_tickets"].columns])[0] for state in STATES]  # fmt: skip
NARROWED = ("known", "openings_and_closings", "due_days", "resolved_by_week", "responses_by_week")
FILTERS = {"priority": "High", "team": "Core", "product": "Phone"}
SELECTION = select_tickets(FILTERS, ["priority"], ["product"])
QUERIES = [
    *(check.counterexamples for check in CHECKS),
    *(path.read_text() for path in sorted((project.ROOT / "lib/opsdesk/trends/queries").glob("*.sql"))),
    *TICKETS,
    *(BY_MONTH.format(instant=series.instant, table=series.table) for series in SERIES),
    *(SELECTION.narrow(read_question(name)) for name in NARROWED),
    "SELECT MIN(created_at) AS first, MAX(created_at) AS last, MAX(resolved_at) AS closed FROM tickets_raw",
]  # fmt: skip


@pytest.mark.parametrize("sql", QUERIES)
def test_google_accepts(sql):
    assert googlesql.analyze(sql, googlesql.schemas(), PARAMETERS)


def test_google_reads_the_statements_that_people_are_told_to_type():
    table = bigquery.Table("my-project-1.ops.tickets_raw")
    table.expires = datetime(2026, 1, 1, tzinfo=UTC)
    table.time_partitioning = bigquery.TimePartitioning("MONTH", "created_at", 86_400_000)
    with pytest.raises(OpsdeskError) as caught:
        expirations.refuse_expiring_table(
            Jobs("my-project-1", "ops", GoogleConnection(), {}), table
        )
    told = [str(caught.value), *(page.read_text() for page in (project.ROOT / "docs").glob("*.md"))]
    found = [sql for text in told for sql in re.findall(r"use_legacy_sql=false '([^']+)'", text)]
    assert {sql.split()[0] for sql in found} == {"ALTER", "GRANT"}
    for sql in found:
        googlesql.parse(sql)


def staged():
    """What each name means before a publication, and the columns of each place."""
    places = {name: f"my-project-1.ops._new_{name}_1" for name in catalogue()}
    queries = dict(statements.rows_of_places(places))
    risk = catalogue()["ticket_sla_risk"]
    queries[risk.name] = statements.typed_query(risk, queries)
    return queries, {places[name]: schema for name, schema in googlesql.schemas().items()}


@pytest.mark.parametrize(
    "sql", [*(check.counterexamples for check in CHECKS), identities.numbers_of_violated()]
)
def test_google_accepts_a_check_on_staging_tables(sql):
    queries, places = staged()
    assert googlesql.analyze(statements.under_names(sql, queries), places, PARAMETERS)


def test_google_reads_each_statement_of_a_publication():
    places = {table.name: f"my-project-1.ops.{table.name}" for table in results()}
    new = {name: query for name, query in staged()[0].items() if name in places}
    script = transactions.publish_script(new, places, ["run_id"], "my-project-1.ops._runs")
    for sql in script.rstrip(";").split(";\n"):
        googlesql.parse(sql)


@pytest.mark.parametrize("table", results(), ids=lambda table: table.name)
def test_google_gives_each_built_table_its_declared_columns(table):
    queries, places = staged()
    sql = statements.typed_query(table, queries)
    assert googlesql.analyze(sql, places, PARAMETERS) == [
        (column.name, column.type) for column in table.columns
    ]


@pytest.mark.parametrize("name", ["tickets_raw", "events_raw", "agents_raw"])
def test_google_gives_each_loaded_column_its_declared_type(name):
    table = catalogue()[name]
    for chosen in (transactions.lake_columns(table), transactions.staged_columns(table)):
        columns = ", ".join(f"{text} AS `{column}`" for column, text in chosen.items())
        assert googlesql.analyze(
            f"SELECT {columns} FROM {name}", googlesql.schemas(), PARAMETERS
        ) == [(column.name, column.type) for column in table.columns]


def test_rows_is_a_word_of_the_language():
    """Why the ledger's columns stand between backticks, and why the ledgers are read as tables and not by queries."""
    with pytest.raises(Exception, match="got keyword ROWS"):
        googlesql.analyze("SELECT part, rows FROM _loads", googlesql.schemas(), {})
    assert googlesql.analyze("SELECT part, `rows` FROM _loads", googlesql.schemas(), {})
