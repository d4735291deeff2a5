"""Tables of a DuckDB file: made and checked as tables.yaml declares them, and temporary rows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from opsdesk.catalogue.tables import Table
from opsdesk.duckdb_file import quoted, quoted_path
from opsdesk.errors import OpsdeskError

SHOWN_TYPES = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}  # where DuckDB shows another name


@dataclass(frozen=True)
class TemporaryRows:
    """Rows that are stored for one connection, to be read by the `name` that they were given."""

    name: str

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, select: str) -> "TemporaryRows":
        """Store the rows of a SELECT under a name that nothing else has."""
        rows = cls(f"rows_{uuid.uuid4().hex}")
        con.execute(f"CREATE TEMP TABLE {rows.name} AS {select}")
        return rows


def one_row(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()
) -> tuple[Any, ...]:
    """Return the only row of a query that always has one."""
    row = con.execute(sql, list(parameters)).fetchone()
    if row is None:
        raise AssertionError(f"a query without a row: {sql}")
    return row


def columns_of(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    """Return names and types of a table's columns, none where there is no such table."""
    # Asking duckdb_columns() takes twenty times as long the first time.
    try:
        found = con.table(name)
    except duckdb.CatalogException:
        return []
    return list(zip(found.columns, map(str, found.types), strict=True))


def is_as_declared(con: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Return whether the table is there with the columns that tables.yaml declares."""
    declared = [
        (column.name, SHOWN_TYPES.get(column.duckdb_type, column.duckdb_type))
        for column in table.columns
    ]
    return columns_of(con, table.name) == declared


def ensure_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create a raw or ledger table with its comments where it is missing.

    One of an earlier version gets its new columns, NULL in the rows that are there.

    Raises:
        OpsdeskError: it is there with other columns.
    """
    there = [name for name, _ in columns_of(con, table.name)]
    declared = [column.name for column in table.columns]
    if there == declared:
        return
    if not set(there) <= set(declared):
        raise OpsdeskError(
            f"The table {table.name} of this warehouse was made by another version of opsdesk: "
            "delete the file and run from 02_backfill."
        )
    if there:
        _widen(con, table, there)
    else:
        columns = ", ".join(f'"{column.name}" {column.duckdb_type}' for column in table.columns)
        con.execute(f"CREATE TABLE {table.name} ({columns})")
    write_comments(con, table)


def _widen(con: duckdb.DuckDBPyConnection, table: Table, there: Sequence[str]) -> None:
    """Give a table all declared columns, in their order."""
    columns = ", ".join(
        f'"{column.name}"'
        if column.name in there
        else f'NULL::{column.duckdb_type} AS "{column.name}"'
        for column in table.columns
    )
    con.execute(f"CREATE OR REPLACE TABLE {table.name} AS SELECT {columns} FROM {table.name}")


def write_comments(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Write the sentences of tables.yaml into the database."""
    comments = [f"COMMENT ON TABLE {table.name} IS {quoted(table.description)}"]
    comments += [
        f'COMMENT ON COLUMN {table.name}."{column.name}" IS {quoted(column.description)}'
        for column in table.columns
    ]
    con.execute("; ".join(comments))


def parquet_select(folder: Path, table: Table) -> str:
    """Return a SELECT of a table's columns, as declared, from the Parquet files in `folder`."""
    columns = ", ".join(
        f'CAST("{column.name}" AS {column.duckdb_type}) AS "{column.name}"'
        for column in table.columns
    )
    files = ", ".join(map(quoted_path, sorted(folder.glob("*.parquet"))))
    return f"SELECT {columns} FROM read_parquet([{files}])"
