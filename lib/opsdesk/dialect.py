"""From GoogleSQL, as the files in sql/ are written, to the SQL of DuckDB and Spark.

BigQuery runs the files as they are, with @as_of and @timezone as query parameters. sqlglot does most of the translating;
each function in `REWRITES` puts right one construct that sqlglot gets wrong, and `portability` refuses those that
cannot be put right. Sessions must be pinned to UTC (DuckDB: SET TimeZone; Spark: spark.sql.session.timeZone). A TIMESTAMP is
an instant, TIMESTAMPTZ in DuckDB; a DATETIME is a wall clock.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

import sqlglot
from sqlglot import exp

from opsdesk.errors import OpsdeskError
from opsdesk.portability import find_problems
from opsdesk.tables import Table, read_sql

Dialect = Literal["duckdb", "spark"]
Parameters = Mapping[str, datetime | str]
Rewrite = Callable[[exp.Expression, Dialect], exp.Expression | None]

WEEKS_FROM_MONDAY = ("ISOWEEK", "MONDAY")
WEEKS = ("WEEK", "SUNDAY", *WEEKS_FROM_MONDAY)


def typed_select(table: Table, dialect: Dialect, parameters: Parameters) -> str:
    """The SELECT that computes a result table in `dialect`, each column in its declared order and type.

    Engines infer different types for the same sum, so every column is cast to what tables.yaml declares.
    """
    types = {column.name: column.duckdb_type if dialect == "duckdb" else column.spark_type for column in table.columns}
    columns = ",\n  ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
    return f"SELECT\n  {columns}\nFROM (\n{transpile(read_sql(table), dialect, parameters)}\n) AS {table.name}"


def transpile(sql: str, dialect: Dialect, parameters: Parameters) -> str:
    """GoogleSQL as SQL of `dialect`, with the parameters' values in it as typed literals.

    Raises:
        OpsdeskError: SQL that cannot be parsed or made portable, or a parameter without a value.
    """
    tree = _parse(sql)
    if found := find_problems(tree):
        raise OpsdeskError("This SQL would not mean the same everywhere: " + " ".join(found))
    tree = tree.transform(lambda node: _literal(node.name, parameters) if isinstance(node, exp.Parameter) else node, copy=False)
    return _rewrite(tree, dialect).sql(dialect=dialect, pretty=True)


def problems(sql: str) -> list[str]:
    """What in a GoogleSQL text cannot be made portable: a sentence each, with the remedy."""
    return find_problems(_parse(sql))


def _parse(sql: str) -> exp.Expression:
    try:
        return sqlglot.parse_one(sql, read="bigquery")
    except sqlglot.ParseError as error:
        first = error.errors[0]
        raise OpsdeskError(f"Line {first['line']} of the SQL cannot be read near {first['highlight']!r}: {first['description']}") from None


def _literal(name: str, parameters: Parameters) -> exp.Expression:
    """A parameter's value as a typed literal: a node of the tree, never text pasted into SQL."""
    if name not in parameters:
        raise OpsdeskError(f"The SQL uses the parameter @{name}, which was given no value; given are: {', '.join(parameters)}.")
    value = parameters[name]
    if not isinstance(value, datetime):
        return exp.Literal.string(value)
    if value.tzinfo is None:
        raise OpsdeskError(f"The parameter @{name} must be an instant with its offset from UTC, not the wall time {value}.")
    text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
    return exp.cast(exp.Literal.string(text), exp.DataType.Type.TIMESTAMPTZ)


def _rewrite(node: exp.Expression, dialect: Dialect) -> exp.Expression:
    """Applies the rewrites bottom-up, to each node of the original tree once."""
    for child in list(node.iter_expressions()):
        new = _rewrite(child, dialect)
        if new is not child:
            child.replace(new)
    for kinds, rewrite in REWRITES:
        if isinstance(node, kinds) and (new := rewrite(node, dialect)) is not None:
            return new
    return node


# Rewrites: each takes a node of the kind it is registered for and returns its replacement, or None to leave it.


def _date_in_zone(node: exp.Date, dialect: Dialect) -> exp.Expression | None:
    """DATE(ts, zone): Spark has no such function."""
    zone = node.args.get("zone")
    return zone and _cast(_to_wall(node.this, zone, dialect), "DATE")


def _datetime_in_zone(node: exp.Datetime, dialect: Dialect) -> exp.Expression | None:
    """DATETIME(ts, zone): neither engine has such a function."""
    return node.expression and _to_wall(node.this, node.expression, dialect)


def _timestamp_of_wall(node: exp.Timestamp, dialect: Dialect) -> exp.Expression | None:
    """TIMESTAMP(date_or_datetime, zone): Spark has no such function."""
    zone = node.args.get("zone")
    return zone and _to_instant(node.this, zone, dialect)


def _truncate_in_zone(node: exp.TimestampTrunc, dialect: Dialect) -> exp.Expression | None:
    """TIMESTAMP_TRUNC(ts, unit, zone): the zone gets lost on Spark."""
    zone = node.args.get("zone")
    return zone and _to_instant(_call("DATE_TRUNC", _text(node.unit.name), _to_wall(node.this, zone, dialect)), zone, dialect)


def _format_in_zone(node: exp.TimeToStr, dialect: Dialect) -> exp.Expression | None:
    """FORMAT_TIMESTAMP(format, ts, zone): the zone gets lost on both."""
    zone = node.args.get("zone")
    return zone and exp.TimeToStr(this=_to_wall(node.this.this, zone, dialect), format=node.args["format"])


def _shift_date(node: exp.DateAdd | exp.DateSub, dialect: Dialect) -> exp.Expression | None:
    """DATE_ADD, DATE_SUB: a DATE becomes a TIMESTAMP in DuckDB, and Spark wants the days as INT."""
    if dialect == "duckdb":
        return _cast(node.copy(), "DATE")
    if not isinstance(node.expression, exp.Literal):
        node.set("expression", _cast(node.expression, "INT"))
    return None


def _truncate_date(node: exp.DateTrunc, dialect: Dialect) -> exp.Expression | None:
    """DATE_TRUNC: both engines start weeks on Monday, GoogleSQL's WEEK on Sunday; DuckDB may make a TIMESTAMP of it."""
    unit = node.unit.name.upper()
    if unit not in WEEKS:
        return _cast(node.copy(), "DATE") if dialect == "duckdb" else None
    if unit in WEEKS_FROM_MONDAY:
        return _monday_of(node.this)
    return _add_days(_monday_of(_add_days(node.this, 1, dialect)), -1, dialect)


def _dates_in_order(node: exp.GenerateDateArray, dialect: Dialect) -> exp.Expression | None:
    """GENERATE_DATE_ARRAY(later, earlier) is empty, but SEQUENCE fails or counts down on Spark."""
    if dialect != "spark":
        return None
    start, end = node.args["start"], node.args["end"]
    none = exp.cast(exp.Array(), exp.DataType.build("ARRAY<DATE>", dialect="spark"))
    return exp.If(this=exp.LTE(this=start.copy(), expression=end.copy()), true=_call("SEQUENCE", start.copy(), end.copy()), false=none)


def _day_of_week(node: exp.Extract, dialect: Dialect) -> exp.Expression | None:
    """EXTRACT(DAYOFWEEK): Sunday is 1, but 0 in DuckDB."""
    if dialect == "duckdb" and node.this.name.upper() == "DAYOFWEEK":
        return exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)))
    return None


def _whole_units(node: exp.TimestampDiff, dialect: Dialect) -> exp.Expression | None:
    """TIMESTAMP_DIFF counts whole units that have passed; sqlglot's DATE_DIFF in DuckDB counts boundaries crossed."""
    return _call("DATE_SUB", _text(node.unit.name), node.expression, node.this) if dialect == "duckdb" else None


def _float_literal(node: exp.Literal, dialect: Dialect) -> exp.Expression | None:
    """0.5 is FLOAT64 in GoogleSQL, a DECIMAL in both engines."""
    is_decimal = not node.is_string and "." in node.this and not isinstance(node.parent, exp.Cast)
    return _cast(node.copy(), "DOUBLE") if is_decimal else None


def _null_if_any_is(node: exp.Greatest | exp.Least, dialect: Dialect) -> exp.Expression | None:
    """GREATEST and LEAST are NULL when any argument is; Spark leaves NULLs out (for DuckDB sqlglot sees to it)."""
    if dialect != "spark":
        return None
    any_null = exp.or_(*[exp.Is(this=argument.copy(), expression=exp.Null()) for argument in (node.this, *node.expressions)])
    return exp.If(this=any_null, true=exp.Null(), false=node.copy())


REWRITES: tuple[tuple[type | tuple[type, ...], Rewrite], ...] = (
    (exp.Date, _date_in_zone),
    (exp.Datetime, _datetime_in_zone),
    (exp.Timestamp, _timestamp_of_wall),
    (exp.TimestampTrunc, _truncate_in_zone),
    (exp.TimeToStr, _format_in_zone),
    ((exp.DateAdd, exp.DateSub), _shift_date),
    (exp.DateTrunc, _truncate_date),
    (exp.GenerateDateArray, _dates_in_order),
    (exp.Extract, _day_of_week),
    (exp.TimestampDiff, _whole_units),
    (exp.Literal, _float_literal),
    ((exp.Greatest, exp.Least), _null_if_any_is),
)


# What the rewrites are made of.


def _to_wall(instant: exp.Expression, zone: exp.Expression, dialect: Dialect) -> exp.Expression:
    if dialect == "duckdb":
        return exp.AtTimeZone(this=exp.paren(instant), zone=zone)
    return _call("FROM_UTC_TIMESTAMP", instant, zone)


def _to_instant(wall: exp.Expression, zone: exp.Expression, dialect: Dialect) -> exp.Expression:
    if dialect == "duckdb":
        return exp.AtTimeZone(this=exp.cast(wall, exp.DataType.Type.TIMESTAMP), zone=zone)
    return _call("TO_UTC_TIMESTAMP", wall, zone)


def _monday_of(date: exp.Expression) -> exp.Expression:
    return _cast(_call("DATE_TRUNC", _text("WEEK"), date), "DATE")


def _add_days(date: exp.Expression, days: int, dialect: Dialect) -> exp.Expression:
    if dialect == "duckdb":
        return exp.paren(exp.Add(this=date, expression=exp.Literal.number(days)))
    return _call("DATE_ADD", date, exp.Literal.number(days))


def _call(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    """A function call that sqlglot writes as it stands."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def _cast(node: exp.Expression, kind: str) -> exp.Cast:
    return exp.cast(node, exp.DataType.build(kind))


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)
