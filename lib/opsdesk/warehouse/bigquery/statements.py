"""The texts that BigQuery runs: the definitions under the names they use, and what reads them."""

from collections.abc import Iterable, Mapping

import sqlglot

from opsdesk.catalogue.tables import Table
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.definition import NO_RULES, definition
from opsdesk.googlesql.references import references, sources

Places = Mapping[str, str]  # a name as the SQL files use it: project.dataset.table
Queries = Mapping[str, str]  # a name as the SQL files use it: the query whose rows it means


def waves(tables: Iterable[Table]) -> list[list[Table]]:
    """Return the tables in groups: each reads only tables of groups before it.

    So the tables of a group can be built at once.
    """
    left = list(tables)
    groups = []
    while left:
        names = {table.name for table in left}
        ready = [table for table in left if not names & sources(table).keys()]
        groups.append(ready)
        left = [table for table in left if table not in ready]
    return groups


def rows_of_places(places: Places) -> Queries:
    """Return the query for all rows of each place."""
    return {name: f"SELECT * FROM `{place}`" for name, place in places.items()}


def typed_query(table: Table, queries: Queries, rules: Mapping[str, str] = NO_RULES) -> str:
    """Return the SELECT of a result table: its file, in a WITH that says what its names mean."""
    columns = ",\n  ".join(
        f"CAST({column.name} AS {column.type}) AS {column.name}" for column in table.columns
    )
    body = f"SELECT\n  {columns}\nFROM (\n{definition(table, rules)}\n) AS {table.name}"
    return under_names(body, {name: queries[name] for name in sources(table)})


def insert_statement(table: Table, target: str, select: str) -> str:
    """Return what puts the rows of a SELECT, which has the columns of `table`, into `target`."""
    columns = ", ".join(column.name for column in table.columns)
    return f"INSERT INTO `{target}` ({columns})\n{select}"


def under_names(sql: str, queries: Queries) -> str:
    """Return a SELECT in which each name that it reads means the rows of its query."""
    read = references(sql)
    ctes = ",\n".join(f"{name} AS ({query})" for name, query in queries.items() if name in read)
    return f"WITH {ctes}\n{sql}" if ctes else sql


def refuse_writing(sql: str) -> None:
    """Refuse anything but one SELECT.

    Raises:
        OpsdeskError: it is something else. What is wrong with a SELECT, BigQuery says.
    """
    try:
        kinds = [token.token_type.name for token in sqlglot.tokenize(sql, read="bigquery")]
    except sqlglot.errors.TokenError:
        return
    begins = next((kind for kind in kinds if kind != "L_PAREN"), "")
    if begins not in ("SELECT", "WITH") or "SEMICOLON" in kinds[:-1]:
        raise OpsdeskError(
            "The query failed: it must be one SELECT (or WITH ... SELECT); "
            "the warehouse is read-only here."
        )
