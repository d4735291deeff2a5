"""From GoogleSQL, as the files in sql/ are written, to the SQL of DuckDB and Spark.

BigQuery runs the files as they are, with @as_of and @timezone as query parameters. sqlglot does
most of the translating; `rewrites` corrects what it gets wrong, and `lint` refuses what cannot be
corrected. A TIMESTAMP is an instant, TIMESTAMPTZ in DuckDB; a DATETIME is a wall clock. Sessions
must be pinned to UTC: SET TimeZone in DuckDB, spark.sql.session.timeZone in Spark.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.dialects.duckdb import DuckDB

from opsdesk.catalogue.tables import Table
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.definition import definition, given_rules
from opsdesk.googlesql.lint import find_problems
from opsdesk.googlesql.nodes import Dialect
from opsdesk.googlesql.rewrites import rewrite
from opsdesk.instants import ZoneBetween

# Raise it when the same GoogleSQL becomes other SQL: then every table is built again.
# A test compares the texts.
TRANSLATION = 3
Parameters = Mapping[str, object]


def typed_select(table: Table, dialect: Dialect, parameters: Parameters) -> str:
    """Return the SELECT of a result table in `dialect`, each column in its declared order and type.

    Engines infer different types for the same sum, so every column is cast to what tables.yaml
    declares.

    Raises:
        OpsdeskError: see `transpile`.
    """
    types = {
        column.name: column.duckdb_type if dialect == "duckdb" else column.spark_type
        for column in table.columns
    }
    columns = ",\n  ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
    rows = transpile(definition(table, given_rules(parameters)), dialect, parameters)
    return f"SELECT\n  {columns}\nFROM (\n{rows}\n) AS {table.name}"


def meaning(table: Table, rules: Mapping[str, str]) -> str:
    """Return all that decides what `typed_select` makes of a table, except its arguments.

    Nothing is translated for it, so a transform that finds its tables published ends at once.
    """
    version = sqlglot.__version__  # type: ignore[attr-defined]  # public, only not declared so
    return "\n".join([definition(table, rules), repr(table.columns), version, str(TRANSLATION)])


def transpile(sql: str, dialect: Dialect, parameters: Parameters) -> str:
    """Return GoogleSQL as SQL of `dialect`, with the parameters' values in it as typed literals.

    Raises:
        OpsdeskError: SQL that cannot be parsed or made portable, or a parameter without a value.
    """
    tree = _parse(sql)
    if found := find_problems(tree):
        raise OpsdeskError("This SQL would not mean the same everywhere: " + " ".join(found))

    def with_value(node: exp.Expr) -> exp.Expr:
        return _literal(node.name, parameters) if isinstance(node, exp.Parameter) else node

    # The tree is ours: changing it is quicker than copying it.
    tree = rewrite(tree.transform(with_value, copy=False), dialect)
    writer = DuckDB if dialect == "duckdb" else dialect
    return tree.sql(dialect=writer, pretty=True, copy=False)


def problems(sql: str) -> list[str]:
    """Return a sentence with its remedy for everything that is not portable in a GoogleSQL text."""
    return find_problems(_parse(sql))


def _parse(sql: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(sql, read=BigQuery)
    except sqlglot.ParseError as error:
        first = error.errors[0]
        raise OpsdeskError(
            f"The SQL cannot be read: {first['description']} in line {first['line']}, "
            f"near {first['highlight']!r}."
        ) from None


def _literal(name: str, parameters: Parameters) -> exp.Expr:
    """Return a parameter's value as a node of the tree: it is never text pasted into SQL."""
    if name not in parameters:
        raise OpsdeskError(
            f"The SQL uses the parameter @{name}, which has no value; given are: "
            f"{', '.join(parameters)}."
        )
    value = parameters[name]
    if isinstance(value, date) and not isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DType.DATE)
    if isinstance(value, ZoneBetween):
        zone = exp.Literal.string(str(value))
        zone.meta["span"] = (value.first, value.last)
        return zone
    if not isinstance(value, datetime):
        return exp.convert(value)
    if value.tzinfo is None:
        raise OpsdeskError(
            f"The parameter @{name} is the wall time {value}: "
            "give an instant with its offset from UTC."
        )
    text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
    return exp.cast(exp.Literal.string(text), exp.DType.TIMESTAMPTZ)
