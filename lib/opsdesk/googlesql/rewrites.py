"""What sqlglot gets wrong when it translates GoogleSQL: one small function for each construct, all listed in `REWRITES`.

Each was found by running both texts and Google's own engine on the same rows.
"""

from collections.abc import Callable
from typing import Literal

from sqlglot import exp

Dialect = Literal["duckdb", "spark"]
Rewrite = Callable[[exp.Expression, Dialect], exp.Expression | None]

WEEKS_FROM_MONDAY = ("ISOWEEK", "MONDAY")
WEEKS = ("WEEK", "SUNDAY", *WEEKS_FROM_MONDAY)

MICROSECONDS = {
    "MICROSECOND": 1,
    "SECOND": 10**6,
    "MINUTE": 60 * 10**6,
    "HOUR": 3600 * 10**6,
    "DAY": 86400 * 10**6,
}


def rewrite(node: exp.Expression, dialect: Dialect) -> exp.Expression:
    """The tree with every construct put right, bottom-up, each node of the original tree once."""
    for child in list(node.iter_expressions()):
        new = rewrite(child, dialect)
        if new is not child:
            child.replace(new)
    for kinds, put_right in REWRITES:
        if isinstance(node, kinds) and (new := put_right(node, dialect)) is not None:
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


def _format_in_zone(node: exp.TimeToStr, dialect: Dialect) -> exp.Expression | None:
    """FORMAT_TIMESTAMP(format, ts, zone): the zone gets lost on both."""
    zone = node.args.get("zone")
    return zone and exp.TimeToStr(
        this=_to_wall(node.this.this, zone, dialect), format=node.args["format"]
    )


def _shift_date(node: exp.DateAdd | exp.DateSub, dialect: Dialect) -> exp.Expression | None:
    """DATE_ADD, DATE_SUB: a DATE becomes a TIMESTAMP in DuckDB, and Spark wants the days as INT."""
    if dialect == "duckdb":
        return _cast(node.copy(), "DATE")
    if not isinstance(node.expression, exp.Literal):
        node.set("expression", _cast(node.expression, "INT"))
    return None


def _shift_instant(
    node: exp.TimestampAdd | exp.TimestampSub, dialect: Dialect
) -> exp.Expression | None:
    """TIMESTAMP_ADD, TIMESTAMP_SUB: Spark counts the units in 32 bits, 68 years of seconds or 36 minutes of microseconds."""
    if dialect != "spark":
        return None
    factor = _cast(exp.Literal.number(MICROSECONDS[node.text("unit").upper()]), "BIGINT")
    amount = node.expression
    number = (
        exp.Literal.number(amount.name)
        if isinstance(amount, exp.Literal)
        else exp.paren(amount.copy())
    )
    micros = exp.Mul(this=number, expression=factor)
    change = exp.Add if isinstance(node, exp.TimestampAdd) else exp.Sub
    return _call(
        "TIMESTAMP_MICROS", change(this=_call("UNIX_MICROS", node.this.copy()), expression=micros)
    )


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
    return exp.If(
        this=exp.LTE(this=start.copy(), expression=end.copy()),
        true=_call("SEQUENCE", start.copy(), end.copy()),
        false=none,
    )


def _day_of_week(node: exp.Extract, dialect: Dialect) -> exp.Expression | None:
    """EXTRACT(DAYOFWEEK): Sunday is 1, but 0 in DuckDB."""
    if dialect == "duckdb" and node.this.name.upper() == "DAYOFWEEK":
        return exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)))
    return None


def _whole_units(node: exp.TimestampDiff, dialect: Dialect) -> exp.Expression | None:
    """TIMESTAMP_DIFF counts whole units that have passed; sqlglot's DATE_DIFF in DuckDB counts boundaries crossed."""
    return (
        _call("DATE_SUB", _text(node.unit.name), node.expression, node.this)
        if dialect == "duckdb"
        else None
    )


def _float_literal(node: exp.Literal, dialect: Dialect) -> exp.Expression | None:
    """0.5 is FLOAT64 in GoogleSQL, a DECIMAL in both engines."""
    is_decimal = not node.is_string and "." in node.this and not isinstance(node.parent, exp.Cast)
    return _cast(node.copy(), "DOUBLE") if is_decimal else None


def _null_if_any_is(node: exp.Greatest | exp.Least, dialect: Dialect) -> exp.Expression | None:
    """GREATEST and LEAST are NULL when any argument is; Spark leaves NULLs out (for DuckDB sqlglot sees to it)."""
    if dialect != "spark":
        return None
    any_null = exp.or_(
        *[
            exp.Is(this=argument.copy(), expression=exp.Null())
            for argument in (node.this, *node.expressions)
        ]
    )
    return exp.If(this=any_null, true=exp.Null(), false=node.copy())


REWRITES: tuple[tuple[type | tuple[type, ...], Rewrite], ...] = (
    (exp.Date, _date_in_zone),
    (exp.Datetime, _datetime_in_zone),
    (exp.TimeToStr, _format_in_zone),
    ((exp.DateAdd, exp.DateSub), _shift_date),
    (exp.DateTrunc, _truncate_date),
    (exp.GenerateDateArray, _dates_in_order),
    (exp.Extract, _day_of_week),
    ((exp.TimestampAdd, exp.TimestampSub), _shift_instant),
    (exp.TimestampDiff, _whole_units),
    (exp.Literal, _float_literal),
    ((exp.Greatest, exp.Least), _null_if_any_is),
)


# What the rewrites are made of.


def _to_wall(instant: exp.Expression, zone: exp.Expression, dialect: Dialect) -> exp.Expression:
    if dialect == "duckdb":
        return exp.AtTimeZone(this=exp.paren(instant), zone=zone)
    return _call("FROM_UTC_TIMESTAMP", instant, zone)


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
