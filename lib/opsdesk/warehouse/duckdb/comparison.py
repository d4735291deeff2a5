"""Comparing old and new rows of a table, column by column."""

from typing import NamedTuple

import duckdb

from opsdesk.catalogue.tables import Table
from opsdesk.warehouse.duckdb.tables import TemporaryRows, one_row


class Comparison(NamedTuple):
    """The old and new rows by key: `differs_<column>` says whether a column differs.

    The key's columns are called `key_<column>`. `columns` are those in which any row differs.
    """

    rows: TemporaryRows
    columns: frozenset[str]


def compare(
    con: duckdb.DuckDBPyConnection, table: Table, old: str, new: str, more: str = ""
) -> Comparison:
    """Compare the rows of two FROM clauses, `old` and `new`, that both have the table's columns.

    `more` are further columns of the result, made of `old` and `new`. A row that came or went
    differs in every column, because a count of rows is another one.
    """
    key = table.key[0]
    came_or_went = f"old.{key} IS NULL OR new.{key} IS NULL"
    names = [column.name for column in table.columns]
    keys = ", ".join(f"coalesce(old.{name}, new.{name}) AS key_{name}" for name in table.key)
    differs = ", ".join(
        f"{came_or_went} OR old.{name} IS DISTINCT FROM new.{name} AS differs_{name}"
        for name in names
    )
    same = " AND ".join(f"old.{name} = new.{name}" for name in table.key)
    rows = TemporaryRows.of(
        con,
        f"""SELECT {keys}, {differs}{more}
        FROM {old} AS old FULL JOIN {new} AS new ON {same}""",
    )
    anywhere = ", ".join(f"coalesce(bool_or(differs_{name}), false)" for name in names)
    found = one_row(con, f"SELECT {anywhere} FROM {rows.name}")
    differing = (name for name, is_different in zip(names, found, strict=True) if is_different)
    return Comparison(rows, frozenset(differing))
