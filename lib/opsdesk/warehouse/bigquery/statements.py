"""The texts that BigQuery runs: the definitions under the names they use, and one script for each transaction."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import sqlglot
from sqlglot import exp

from opsdesk.catalogue.tables import Table, catalogue, read_sql
from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_month

Places = Mapping[str, str]  # a name as the SQL files use it: project.dataset.table
INSERTED_AT = "_inserted_at"  # of _runs, in BigQuery alone: rows there have no order of their own


def sources(table: Table) -> list[str]:
    """The tables that the SQL file of a result table reads."""
    tree = sqlglot.parse_one(read_sql(table), read="bigquery")
    named = {node.name for node in tree.find_all(exp.Table)}
    return [name for name in catalogue() if name in named]


def waves(tables: Iterable[Table]) -> list[list[Table]]:
    """The tables in groups: those of a group read only tables of the groups before, so they can be built at once."""
    left, groups = list(tables), []
    while left:
        names = {table.name for table in left}
        ready = [table for table in left if not names & set(sources(table))]
        groups.append(ready)
        left = [table for table in left if table not in ready]
    return groups


def typed_query(table: Table, places: Places) -> str:
    """The SELECT of a result table: its file as it stands, inside a WITH that says where the tables are that it names."""
    columns = ",\n  ".join(
        f"CAST({column.name} AS {column.type}) AS {column.name}" for column in table.columns
    )
    body = f"SELECT\n  {columns}\nFROM (\n{read_sql(table)}\n) AS {table.name}"
    return under_names(body, {name: places[name] for name in sources(table)})


def build_statement(table: Table, target: str, places: Places) -> str:
    """What fills the empty staging table `target` of a result table."""
    columns = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO `{target}` ({columns})\n{typed_query(table, places)}"


def under_names(sql: str, places: Places) -> str:
    """A SELECT in which each name stands for its place; names that do not occur in it are left out."""
    named = {name: place for name, place in places.items() if re.search(rf"\b{name}\b", sql)}
    ctes = ",\n".join(f"{name} AS (SELECT * FROM `{place}`)" for name, place in named.items())
    return f"WITH {ctes}\n{sql}"


def publish_script(new: Places, old: Places, run: Iterable[str], runs: str) -> str:
    """One transaction: every old table gets the rows of the new one, and `_runs` its row, from parameters of those names."""
    lines = []
    for name, source in new.items():
        columns = ", ".join(column.name for column in catalogue()[name].columns)
        lines += [
            f"TRUNCATE TABLE `{old[name]}`",
            f"INSERT INTO `{old[name]}` ({columns}) SELECT {columns} FROM `{source}`",
        ]
    names = list(run)
    columns, values = (
        ", ".join(map(_column, [*names, INSERTED_AT])),
        ", ".join(f"@{name}" for name in names),
    )
    return _transaction(
        [*lines, f"INSERT INTO `{runs}` ({columns}) VALUES ({values}, CURRENT_TIMESTAMP())"]
    )


def replace_script(
    part: str, target: str, staging: str, ledger: str, selected: Mapping[str, str]
) -> str:
    """The staged rows are counted, then one transaction: they replace those of the part, and its ledger row is written.

    `selected` is the expression over the staging table for each column of the target.
    """
    counted = f"ASSERT (SELECT COUNT(*) FROM `{staging}`{_where(part)}) = @rows AS 'rows other than the manifest promises'"
    columns = ", ".join(selected)
    values = ",\n  ".join(selected.values())
    ledger_columns = [column.name for column in catalogue()["_loads"].columns]
    return f"{counted};\n" + _transaction(
        [
            *_deletes(part, target, ledger),
            f"INSERT INTO `{target}` ({columns})\nSELECT\n  {values}\nFROM `{staging}`",
            f"INSERT INTO `{ledger}` ({', '.join(map(_column, ledger_columns))}) VALUES ({', '.join(f'@{name}' for name in ledger_columns)})",
        ]
    )


def remove_script(part: str, target: str, ledger: str) -> str:
    """One transaction: the rows of a part and its ledger row go."""
    return _transaction(_deletes(part, target, ledger))


def month_parameters(part: str) -> dict[str, datetime]:
    """The parameters @first and @next: where a month begins and ends; nothing for the agents."""
    if part == "agents":
        return {}
    year, month = int(part[:4]), int(part[5:])
    return {
        "first": datetime(year, month, 1, tzinfo=UTC),
        "next": datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC),
    }


def lake_columns(table: Table) -> dict[str, str]:
    """How each column comes from a staging table that was loaded from the lake's files."""
    texts = {
        c.name: f"NULLIF({c.name}, '')" if c.type == "STRING" else c.name for c in table.columns
    }
    if table.name == "tickets_raw":
        texts["_ingestion_ts"] = "@loaded_at"
        texts["_source_file"] = (
            "CONCAT('raw/', FORMAT_TIMESTAMP('%Y/%m/%Y-%m-%d', created_at, 'UTC'), '.csv')"
        )
    return texts


def staged_columns(table: Table) -> dict[str, str]:
    """How each column comes from a staging table that another engine has filled."""
    return {column.name: f"CAST({column.name} AS {column.type})" for column in table.columns}


def refuse_writing(sql: str) -> None:
    """Raises an OpsdeskError for anything but one SELECT."""
    try:
        kinds = [token.token_type.name for token in sqlglot.tokenize(sql, read="bigquery")]
    except sqlglot.errors.TokenError:
        return  # BigQuery says better what is wrong with it
    begins = next((kind for kind in kinds if kind != "L_PAREN"), "")
    if begins not in ("SELECT", "WITH") or "SEMICOLON" in kinds[:-1]:
        raise OpsdeskError(
            "The query failed: it must be one SELECT (or WITH ... SELECT); the warehouse is read-only here."
        )


def _deletes(part: str, target: str, ledger: str) -> list[str]:
    return [
        f"DELETE FROM `{target}`{_where(part) or ' WHERE TRUE'}",
        f"DELETE FROM `{ledger}` WHERE part = @part",
    ]


def _where(part: str) -> str:
    if part != "agents" and not is_month(part):
        raise OpsdeskError(f"{part!r} is neither a month nor agents: the ledger _loads was edited.")
    return "" if part == "agents" else " WHERE created_at >= @first AND created_at < @next"


def _column(name: str) -> str:
    return f"`{name}`"  # ROWS is a word of the language


def _transaction(statements: list[str]) -> str:
    return ";\n".join(["BEGIN TRANSACTION", *statements, "COMMIT TRANSACTION"]) + ";"
