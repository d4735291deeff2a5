"""Published tables of generated tickets in a DuckDB file, without the pipeline before them."""

import duckdb
import pyarrow as pa
import pytest

from opsdesk.catalogue.tables import catalogue
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from tickets import build


@pytest.fixture
def facts(tmp_path):
    """A function: tickets to a warehouse with fact_tickets, and its rows."""

    def publish(tickets, as_of, zone="UTC", name="w"):
        rows = build(tickets, as_of, zone, only=("fact_tickets",))["fact_tickets"]
        columns = catalogue()["fact_tickets"].columns
        typed = ", ".join(
            f"CAST({each.name} AS {each.duckdb_type}) AS {each.name}" for each in columns
        )
        path = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(path)) as con:
            con.execute("SET TimeZone = 'UTC'")
            con.register("built", pa.Table.from_pylist(rows))
            con.execute(f"CREATE TABLE fact_tickets AS SELECT {typed} FROM built")
        return DuckDBWarehouse(path), rows

    return publish
