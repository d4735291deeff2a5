"""Writing the tables of estimates into a DuckDB file, all at once."""

from contextlib import suppress

import duckdb

from opsdesk.catalogue.tables import Table, catalogue, estimates
from opsdesk.googlesql.translate import transpile
from opsdesk.warehouse.duckdb.tables import ensure_table, write_comments
from opsdesk.warehouse.estimates import Estimates

LEDGER = "_foresight"
FRAME = "frame_of_estimates"


def write_estimates(con: duckdb.DuckDBPyConnection, new: Estimates) -> dict[str, int]:
    """Replace all tables of estimates and the row of the ledger; return rows by table."""
    con.execute("BEGIN")
    try:
        rows = {table.name: _write(con, table, new) for table in estimates()}
        ensure_table(con, catalogue()[LEDGER])
        con.execute(f"DELETE FROM {LEDGER}")
        row = new.ledger_row(rows)
        values = ", ".join(f"${name} AS {name}" for name in row)
        con.execute(f"INSERT INTO {LEDGER} BY NAME SELECT {values}", row)
        con.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # a full disk has ended the transaction already
            con.execute("ROLLBACK")
        raise
    return rows


def _write(con: duckdb.DuckDBPyConnection, table: Table, new: Estimates) -> int:
    columns = ", ".join(
        f"CAST({column.name} AS {column.duckdb_type}) AS {column.name}" for column in table.columns
    )
    order = ", ".join(table.key)  # the same rows are the same bytes
    if table.name in new.questions:
        question = new.questions[table.name]
        source = f"({transpile(question.sql, 'duckdb', question.parameters)})"
        con.execute(_statement(table, columns, source, order))
    else:
        con.register(FRAME, new.rows[table.name])
        try:
            con.execute(_statement(table, columns, FRAME, order))
        finally:
            con.unregister(FRAME)
    write_comments(con, table)
    # All rows of an answer are fetched: the next frame cannot be registered before that.
    [(count,)] = con.execute(f"SELECT count(*) FROM {table.name}").fetchall()
    return int(count)


def _statement(table: Table, columns: str, source: str, order: str) -> str:
    return (
        f"CREATE OR REPLACE TABLE {table.name} AS SELECT {columns} FROM {source} ORDER BY {order}"
    )
