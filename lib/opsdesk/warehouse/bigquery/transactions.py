"""The scripts that change tables in BigQuery: each is one transaction, with its ledger row."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from opsdesk.catalogue.tables import Column, Table, catalogue
from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_month, month_bounds
from opsdesk.lake.names import AGENTS, SERIES, Series, month_of_partition, series_of
from opsdesk.warehouse.bigquery.statements import Places, Queries, insert_statement

INSERTED_AT = "_inserted_at"  # of _runs, in BigQuery alone: rows there have no order of their own


def publish_script(new: Queries, old: Places, run: Iterable[str], runs: str) -> str:
    """Return the script by which every old table gets its new rows, and `runs` its row.

    The row comes from parameters named as in `run`.
    """
    statements = _replaced(new, old)
    names = list(run)
    columns = ", ".join(map(_column, [*names, INSERTED_AT]))
    values = ", ".join(f"@{name}" for name in names)
    row = f"INSERT INTO `{runs}` ({columns}) VALUES ({values}, CURRENT_TIMESTAMP())"
    return _transaction([*statements, row])


def estimates_script(new: Queries, old: Places, row: Iterable[str], ledger: str) -> str:
    """Return the script by which every old table gets its new rows, and `ledger` its only row.

    The row comes from parameters named as in `row`.
    """
    return _transaction([*_replaced(new, old), *_only_row(ledger, row)])


def replace_script(
    part: str, target: str, staging: str, ledger: str, selected: Mapping[str, str]
) -> str:
    """Return the script by which the staged rows replace those of a partition.

    They are counted first. `selected` is the expression over the staging table for each column of
    the target.
    """
    counted = (
        f"ASSERT (SELECT COUNT(*) FROM `{staging}`{_where(part)}) = @rows "
        "AS 'rows other than the manifest promises'"
    )
    columns = ", ".join(map(_column, selected))
    values = ",\n  ".join(selected.values())
    names = [column.name for column in catalogue()["_loads"].columns]
    ledger_columns = ", ".join(map(_column, names))
    ledger_values = ", ".join(f"@{name}" for name in names)
    statements = [
        *_deletes(part, target, ledger),
        f"INSERT INTO `{target}` ({columns})\nSELECT\n  {values}\nFROM `{staging}`",
        f"INSERT INTO `{ledger}` ({ledger_columns}) VALUES ({ledger_values})",
    ]
    return f"{counted};\n{_transaction(statements)}"


def remove_script(part: str, target: str, ledger: str) -> str:
    """Return the script that removes the rows of a partition and its ledger row."""
    return _transaction(_deletes(part, target, ledger))


def link_script(target: str, row: Iterable[str]) -> str:
    """Return the script by which the row from the parameters becomes the only one of `target`."""
    return _transaction(_only_row(target, row))


def month_parameters(part: str) -> dict[str, datetime]:
    """Return the parameters @first and @next, the bounds of a month; none for the agents."""
    if part == AGENTS:
        return {}
    first, following = month_bounds(month_of_partition(part))
    return {"first": first, "next": following}


def lake_columns(table: Table) -> dict[str, str]:
    """Return how each column comes from a staging table that was loaded from the lake's files."""
    # A load job reads a blank text as an empty one.
    texts = {
        column.name: f"NULLIF({name}, '')" if column.type == "STRING" else name
        for column, name in _named(table)
    }
    for series in SERIES:
        if table.name == series.table:
            texts["_ingestion_ts"] = "@loaded_at"
            texts["_source_file"] = _source_file(series)
    return texts


def staged_columns(table: Table) -> dict[str, str]:
    """Return how each column comes from a staging table that another engine has filled."""
    return {column.name: f"CAST({name} AS {column.type})" for column, name in _named(table)}


def _replaced(new: Queries, old: Places) -> list[str]:
    """Return the statements by which every old table gets its new rows."""
    statements = []
    for name, query in new.items():
        table = catalogue()[name]
        columns = ", ".join(column.name for column in table.columns)
        select = f"SELECT {columns} FROM (\n{query}\n) AS new_rows"
        statements += [
            f"TRUNCATE TABLE `{old[name]}`",
            insert_statement(table, old[name], select),
        ]
    return statements


def _only_row(target: str, row: Iterable[str]) -> list[str]:
    """Return the statements by which the row from the parameters is the only one of `target`."""
    names = list(row)
    columns = ", ".join(map(_column, names))
    values = ", ".join(f"@{name}" for name in names)
    insert = f"INSERT INTO `{target}` ({columns}) VALUES ({values})"
    return [f"DELETE FROM `{target}` WHERE TRUE", insert]


def _deletes(part: str, target: str, ledger: str) -> list[str]:
    where = _where(part) or " WHERE TRUE"
    return [f"DELETE FROM `{target}`{where}", f"DELETE FROM `{ledger}` WHERE part = @part"]


def _where(part: str) -> str:
    series = series_of(part)
    if series is None:
        return ""
    if not is_month(month_of_partition(part)):
        raise OpsdeskError(
            f"{part!r} is neither a month nor {AGENTS}: the ledger _loads was edited."
        )
    instant = _column(series.instant)
    return f" WHERE {instant} >= @first AND {instant} < @next"


def _source_file(series: Series) -> str:
    """Return the file of the lake that a row is in, as an expression."""
    day = f"FORMAT_TIMESTAMP('%Y/%m/%Y-%m-%d', {_column(series.instant)}, 'UTC')"
    return f"CONCAT('{series.folder}/', {day}, '.csv')"


def _named(table: Table) -> list[tuple[Column, str]]:
    """Return the columns of a table, each with its name as a script writes it."""
    return [(column, _column(column.name)) for column in table.columns]


def _column(name: str) -> str:
    return f"`{name}`"  # ROWS and AT are words of the language


def _transaction(statements: list[str]) -> str:
    return ";\n".join(["BEGIN TRANSACTION", *statements, "COMMIT TRANSACTION"]) + ";"
