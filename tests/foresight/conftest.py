"""Published tables of generated tickets in a DuckDB file, without the pipeline before them."""

import duckdb
import pyarrow as pa
import pytest

from opsdesk.calendars.calendar import ROUND_THE_CLOCK
from opsdesk.catalogue.tables import catalogue
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from tickets import build

READ = ("fact_tickets", "dim_calendar", "ticket_history")


@pytest.fixture
def facts(tmp_path):
    """A function: tickets to a warehouse with what foresight reads of them, and their rows."""

    def publish(tickets, as_of, zone="UTC", name="w", clock=ROUND_THE_CLOCK, events=()):
        tables = build(tickets, as_of, zone, only=READ, clock=clock, events=events)
        path = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(path)) as con:
            con.execute("SET TimeZone = 'UTC'")
            for table in READ:
                columns = catalogue()[table].columns
                declared = ", ".join(f"{each.name} {each.duckdb_type}" for each in columns)
                con.execute(f"CREATE TABLE {table} ({declared})")
                if rows := tables[table]:
                    con.register("built", pa.Table.from_pylist(rows))
                    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM built")
        return DuckDBWarehouse(path), tables["fact_tickets"]

    return publish
