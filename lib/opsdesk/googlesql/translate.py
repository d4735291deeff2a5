"""From GoogleSQL, as the files in sql/ are written, to the SQL of DuckDB and Spark.

BigQuery runs the files as they are, with @as_of and @timezone as query parameters. sqlglot does most of the translating;
`rewrites` puts right what it gets wrong, and `portability` refuses what cannot be put right. A TIMESTAMP is an instant,
TIMESTAMPTZ in DuckDB; a DATETIME is a wall clock. Sessions must be pinned to UTC: SET TimeZone in DuckDB,
spark.sql.session.timeZone in Spark.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.dialects.duckdb import DuckDB

from opsdesk.catalogue.tables import Table, read_sql
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.lint import find_problems
from opsdesk.googlesql.rewrites import Dialect, rewrite

TRANSLATION = (
    1  # raise it when the same GoogleSQL would become other SQL: then every table is built again
)
Parameters = Mapping[str, object]


def typed_select(table: Table, dialect: Dialect, parameters: Parameters) -> str:
    """The SELECT that computes a result table in `dialect`, each column in its declared order and type.

    Engines infer different types for the same sum, so every column is cast to what tables.yaml declares.
    """
    types = {
        column.name: column.duckdb_type if dialect == "duckdb" else column.spark_type
        for column in table.columns
    }
    columns = ",\n  ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
    return f"SELECT\n  {columns}\nFROM (\n{transpile(read_sql(table), dialect, parameters)}\n) AS {table.name}"


def meaning(table: Table) -> str:
    """All that decides what `typed_select` makes of a result table, but for dialect and parameters; much quicker to have."""
    return "\n".join([read_sql(table), repr(table.columns), sqlglot.__version__, str(TRANSLATION)])


def transpile(sql: str, dialect: Dialect, parameters: Parameters) -> str:
    """GoogleSQL as SQL of `dialect`, with the parameters' values in it as typed literals.

    Raises:
        OpsdeskError: SQL that cannot be parsed or made portable, or a parameter without a value.
    """
    tree = _parse(sql)
    if found := find_problems(tree):
        raise OpsdeskError("This SQL would not mean the same everywhere: " + " ".join(found))
    tree = tree.transform(
        lambda node: _literal(node.name, parameters) if isinstance(node, exp.Parameter) else node,
        copy=False,
    )
    return rewrite(tree, dialect).sql(
        dialect=DuckDB if dialect == "duckdb" else dialect, pretty=True, copy=False
    )


def problems(sql: str) -> list[str]:
    """What in a GoogleSQL text cannot be made portable: a sentence each, with the remedy."""
    return find_problems(_parse(sql))


def _parse(sql: str) -> exp.Expression:
    try:
        return sqlglot.parse_one(sql, read=BigQuery)
    except sqlglot.ParseError as error:
        first = error.errors[0]
        raise OpsdeskError(
            f"Line {first['line']} of the SQL cannot be read near {first['highlight']!r}: {first['description']}"
        ) from None


def _literal(name: str, parameters: Parameters) -> exp.Expression:
    """A parameter's value as a typed literal: a node of the tree, never text pasted into SQL."""
    if name not in parameters:
        raise OpsdeskError(
            f"The SQL uses the parameter @{name}, which was given no value; given are: {', '.join(parameters)}."
        )
    value = parameters[name]
    if isinstance(value, date) and not isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
    if not isinstance(value, datetime):
        return exp.convert(value)
    if value.tzinfo is None:
        raise OpsdeskError(
            f"The parameter @{name} must be an instant with its offset from UTC, not the wall time {value}."
        )
    text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
    return exp.cast(exp.Literal.string(text), exp.DataType.Type.TIMESTAMPTZ)
