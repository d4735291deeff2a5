"""Whether a DuckDB file is our warehouse, and which lake it is filled from."""

import json
from datetime import datetime

import duckdb

from opsdesk.catalogue.tables import catalogue, estimates, results
from opsdesk.marks.mark import SHOWN, foreign_error
from opsdesk.warehouse.duckdb.tables import columns_of, is_as_declared
from opsdesk.warehouse.link import KIND, TABLE, Link, link_row, read_link

LEDGERS = ("_loads", "_runs")  # of a warehouse that was made before warehouses had marks
READ = ("id", "kind", "format", "lake_id", "lake")
REMEDY = "name another file as `warehouse`; if it is of an earlier opsdesk, move the file away"
NAMES = """SELECT table_name FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY table_name"""


def refuse_foreign(con: duckdb.DuckDBPyConnection, url: str) -> None:
    """Refuse a file that has tables and is not our warehouse.

    Raises:
        OpsdeskError: it is another program's. Nothing was written.
    """
    if _is_ours(con):
        return
    found = [name for (name,) in con.execute(NAMES).fetchmany(SHOWN + 1)]
    if found:
        raise foreign_error(url, KIND, found, REMEDY)


def refuse_unpublished(con: duckdb.DuckDBPyConnection, url: str) -> None:
    """Refuse to replace a table that has the name of a result table and was never published.

    Raises:
        OpsdeskError: there is one. Nothing was written.
    """
    last = con.execute("SELECT rows FROM _runs ORDER BY rowid DESC LIMIT 1").fetchone()
    published = json.loads(last[0]) if last else {}
    there = [table.name for table in results() if columns_of(con, table.name)]
    found = [name for name in there if name not in published]
    if found:
        raise foreign_error(url, "table", found, "rename it, or name another file as `warehouse`")


def refuse_unestimated(con: duckdb.DuckDBPyConnection, url: str) -> None:
    """Refuse to replace a table that has the name of an estimate where nothing was estimated yet.

    Raises:
        OpsdeskError: there is one. Nothing was written.
    """
    if columns_of(con, "_foresight"):
        return
    found = [table.name for table in estimates() if columns_of(con, table.name)]
    if found:
        raise foreign_error(url, "table", found, "rename it, or name another file as `warehouse`")


def find_link(con: duckdb.DuckDBPyConnection, url: str) -> Link | None:
    """Return the lake that fills the warehouse, None where none was linked yet."""
    if not columns_of(con, TABLE):
        return None
    rows = con.execute(f"SELECT {', '.join(READ)} FROM {TABLE}").fetchall()
    return read_link((dict(zip(READ, row, strict=True)) for row in rows), url)


def write_link(con: duckdb.DuckDBPyConnection, link: Link, linked_at: datetime) -> None:
    """Write down which lake fills the warehouse, within a transaction. Its own id stays."""
    row = link_row(link, linked_at)
    if found := con.execute(f"SELECT id FROM {TABLE}").fetchone():
        row["id"] = found[0]
    con.execute(f"DELETE FROM {TABLE}")
    values = ", ".join(f"${name} AS {name}" for name in row)
    con.execute(f"INSERT INTO {TABLE} BY NAME SELECT {values}", row)


def _is_ours(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the mark is there, or the ledgers with their columns."""
    if is_as_declared(con, catalogue()[TABLE]):
        return True
    return all(is_as_declared(con, catalogue()[name]) for name in LEDGERS)
