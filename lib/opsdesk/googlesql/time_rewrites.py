"""Rewrites of dates and instants: where sqlglot's text means another day, moment or type.

Each takes a node of the kind it is listed for in `rewrites` and returns its replacement, or None
to leave it.
"""

from datetime import datetime

from sqlglot import exp

from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.nodes import Dialect, call, cast, text
from opsdesk.instants import FIRST, LAST, is_zone, zone_offsets

WEEKS_FROM_MONDAY = ("ISOWEEK", "MONDAY")
WEEKS = ("WEEK", "SUNDAY", *WEEKS_FROM_MONDAY)
MICROSECONDS = {
    "MICROSECOND": 1,
    "SECOND": 10**6,
    "MINUTE": 60 * 10**6,
    "HOUR": 3600 * 10**6,
    "DAY": 86400 * 10**6,
}


def date_in_zone(node: exp.Date, dialect: Dialect) -> exp.Expr | None:
    """Write DATE(ts, zone), which Spark does not have."""
    zone = node.args.get("zone")
    return zone and cast(_to_wall(node.this, zone, dialect), "DATE")


def datetime_in_zone(node: exp.Datetime, dialect: Dialect) -> exp.Expr | None:
    """Write DATETIME(ts, zone), which neither engine has."""
    return node.expression and _to_wall(node.this, node.expression, dialect)


def format_in_zone(node: exp.TimeToStr, dialect: Dialect) -> exp.Expr | None:
    """Keep the zone of FORMAT_TIMESTAMP(format, ts, zone), which is lost on both."""
    zone = node.args.get("zone")
    return zone and exp.TimeToStr(
        this=_to_wall(node.this.this, zone, dialect), format=node.args["format"]
    )


def shift_date(node: exp.DateAdd | exp.DateSub, dialect: Dialect) -> exp.Expr | None:
    """Keep a DATE in DATE_ADD and DATE_SUB; Spark wants the days as INT."""
    if dialect == "duckdb":
        return cast(node.copy(), "DATE")
    if not isinstance(node.expression, exp.Literal):
        node.set("expression", cast(node.expression, "INT"))
    return None


def shift_instant(node: exp.TimestampAdd | exp.TimestampSub, dialect: Dialect) -> exp.Expr | None:
    """Add to and subtract from instants in 64 bits.

    Spark counts units in 32 bits: 68 years of seconds, or 36 minutes of microseconds.
    """
    if dialect != "spark":
        return None
    factor = cast(exp.Literal.number(MICROSECONDS[node.text("unit").upper()]), "BIGINT")
    amount = node.expression
    number: exp.Expr = exp.paren(amount.copy())
    if isinstance(amount, exp.Literal):
        number = exp.Literal.number(amount.name)
    micros = exp.Mul(this=number, expression=factor)
    change = exp.Add if isinstance(node, exp.TimestampAdd) else exp.Sub
    instant = call("UNIX_MICROS", node.this.copy())
    return call("TIMESTAMP_MICROS", change(this=instant, expression=micros))


def truncate_date(node: exp.DateTrunc, dialect: Dialect) -> exp.Expr | None:
    """Start the WEEK of DATE_TRUNC on Sunday, and keep a DATE.

    Both engines start weeks on Monday, and DuckDB may make a TIMESTAMP of the date.
    """
    unit = node.unit.name.upper()
    if unit not in WEEKS:
        return cast(node.copy(), "DATE") if dialect == "duckdb" else None
    if unit in WEEKS_FROM_MONDAY:
        return _monday_of(node.this)
    return _add_days(_monday_of(_add_days(node.this, 1, dialect)), -1, dialect)


def dates_in_order(node: exp.GenerateDateArray, dialect: Dialect) -> exp.Expr | None:
    """Return an empty array for GENERATE_DATE_ARRAY(later, earlier), where Spark counts down."""
    if dialect != "spark":
        return None
    start = node.args["start"]
    end = node.args["end"]
    empty = exp.cast(exp.Array(), exp.DataType.build("ARRAY<DATE>", dialect="spark"))
    return exp.If(
        this=exp.LTE(this=start.copy(), expression=end.copy()),
        true=call("SEQUENCE", start.copy(), end.copy()),
        false=empty,
    )


def day_of_week(node: exp.Extract, dialect: Dialect) -> exp.Expr | None:
    """Count days of the week from Sunday as 1, which is 0 in DuckDB."""
    if dialect == "duckdb" and node.this.name.upper() == "DAYOFWEEK":
        return exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)))
    return None


def whole_units(node: exp.TimestampDiff, dialect: Dialect) -> exp.Expr | None:
    """Count in TIMESTAMP_DIFF the whole units that have passed, not the boundaries crossed."""
    if dialect != "duckdb":
        return None
    return call("DATE_SUB", text(node.text("unit")), node.expression, node.this)


def in_zone(node: exp.AtTimeZone, dialect: Dialect) -> exp.Expr | None:
    """Write EXTRACT(part FROM ts AT TIME ZONE zone) with the clocks of our zones."""
    return _to_wall(node.this, node.args["zone"], dialect)


def _to_wall(instant: exp.Expr, zone: exp.Expr, dialect: Dialect) -> exp.Expr:
    """Return what the clocks of a zone show at an instant.

    DuckDB's and Java's zones are of other releases than ours, so our offsets are written out.
    """
    if not (isinstance(zone, exp.Literal) and is_zone(zone.name)):
        raise OpsdeskError(f"{zone.sql()} is not an IANA time zone such as Europe/Berlin or UTC.")
    span = zone.meta.get("span", (FIRST, LAST))
    offsets = zone_offsets(zone.name, *span)
    in_utc = exp.AtTimeZone(this=exp.paren(instant), zone=text("UTC"))
    wall = in_utc if dialect == "duckdb" else instant
    if not any(offsets.seconds):
        return wall
    micros = call("EPOCH_US" if dialect == "duckdb" else "UNIX_MICROS", instant)

    def before_or_from(change: datetime, before: exp.Expr, after: exp.Expr) -> exp.Expr:
        is_before = exp.LT(this=micros.copy(), expression=_micros(int(change.timestamp())))
        return exp.If(this=is_before, true=before, false=after)

    ahead = offsets.fold(offsets.changes, _micros, before_or_from)
    make = "MAKE_TIMESTAMP" if dialect == "duckdb" else "TIMESTAMP_MICROS"
    return call(make, exp.Add(this=micros, expression=ahead))


def _micros(seconds: int) -> exp.Expr:
    return cast(exp.Literal.number(seconds * MICROSECONDS["SECOND"]), "BIGINT")


def _monday_of(date: exp.Expr) -> exp.Expr:
    return cast(call("DATE_TRUNC", text("WEEK"), date), "DATE")


def _add_days(date: exp.Expr, days: int, dialect: Dialect) -> exp.Expr:
    if dialect == "duckdb":
        return exp.paren(exp.Add(this=date, expression=exp.Literal.number(days)))
    return call("DATE_ADD", date, exp.Literal.number(days))
