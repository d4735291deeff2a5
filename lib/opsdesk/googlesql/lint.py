"""The lint of the GoogleSQL texts: only what was proven to give the same rows on every engine, with a remedy for the rest.

`proven` lists what is allowed. Most rules below refuse what is proven only in part: a unit, a format, an argument.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from opsdesk.googlesql.allowlist import NAMED_REMEDIES, PROVEN, REMEDIES

BOUNDARIES = "Spark counts whole units and the others boundaries; use DAY."
DIVISIONS = "a division by 0 is an error, NULL or infinite; use SAFE_DIVIDE, or divide by a number other than 0."

TYPES = ("BIGINT", "DOUBLE", "TEXT", "DATE", "TIMESTAMPTZ")
EXACT_UNITS = ("MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY")
UNITS: dict[type, tuple[str, ...]] = {
    **dict.fromkeys((exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff), EXACT_UNITS),
    **dict.fromkeys((exp.DateAdd, exp.DateSub), ("DAY", "MONTH")),
    exp.DateTrunc: ("WEEK", "WEEK(MONDAY)", "ISOWEEK", "MONTH", "QUARTER", "YEAR"),
}
PARTS = ("YEAR", "QUARTER", "MONTH", "DAY", "DAYOFWEEK", "HOUR", "MINUTE")
WEEK_NUMBERS = ("WEEK", "ISOWEEK", "ISOYEAR")
FORMAT = re.compile(r"(%[YmdHMSaAb]|[^%A-Za-z'])*")


def find_problems(tree: exp.Expr) -> list[str]:
    """A sentence for each construct in `tree` that is not portable: what stands there, why not, what to write."""
    found = []
    for node in tree.walk():
        for rule in RULES:
            if remedy := rule(node):
                found.append(f"{node.sql('bigquery')}: {remedy}")
                break
    return found


def _unproven(node: exp.Expr) -> str | None:
    if type(node) in PROVEN:
        return None
    remedy = REMEDIES.get(type(node)) or NAMED_REMEDIES.get(node.name.upper())
    return remedy or (
        "not proven to be portable; write it with what opsdesk/proven.py lists, "
        "or prove it in tests/test_sql_everywhere.py and add it there."
    )


def _cast(node: exp.Expr) -> str | None:
    if type(node) is not exp.Cast:
        return None
    kind, argument = node.to.this.name, node.this.unnest()
    if kind not in TYPES:
        return "only casts to INT64, FLOAT64, STRING, DATE and TIMESTAMP are proven."
    is_unrounded = isinstance(argument, exp.Binary | exp.Column | exp.Literal)
    if kind == "BIGINT" and is_unrounded and not isinstance(argument, exp.Predicate):
        return "engines round or truncate differently; write CAST(ROUND(x) AS INT64)."
    if kind == "TEXT" and not (type(argument) is exp.Cast and argument.to.this.name == "BIGINT"):
        return "1.0 becomes '1' or '1.0'; write CAST(CAST(ROUND(x) AS INT64) AS STRING), or FORMAT_DATE('%Y-%m-%d', d)."
    return None


def _unit(node: exp.Expr) -> str | None:
    written = node.args.get("unit")
    unit = written.sql("bigquery").strip("'").upper() if written else "DAY"
    if type(node) is exp.DateDiff and unit != "DAY":
        return BOUNDARIES
    allowed = UNITS.get(type(node))
    return (
        f"{unit} is not proven here; use {', '.join(allowed)}."
        if allowed and unit not in allowed
        else None
    )


def _part(node: exp.Expr) -> str | None:
    if type(node) is not exp.Extract or node.this.name.upper() in PARTS:
        return None
    if node.this.name.upper() in WEEK_NUMBERS or isinstance(node.this, exp.WeekStart):
        return "week numbers differ; use DATE_TRUNC(d, ISOWEEK)."
    return f"engines differ in this part, or lack it; use {', '.join(PARTS)}."


def _format(node: exp.Expr) -> str | None:
    if type(node) is exp.TimeToStr and not (
        _is_text(node.args["format"]) and FORMAT.fullmatch(node.text("format"))
    ):
        return "other parts and letters are not proven; use a text of %Y %m %d %H %M %S %a %A %b, digits and signs."
    return None


def _division(node: exp.Expr) -> str | None:
    if isinstance(node, exp.Div | exp.Mod | exp.IntDiv):
        divisor = node.expression.unnest()
        if not isinstance(divisor, exp.Literal) or float(divisor.name) == 0:
            return DIVISIONS
    return None


def _argument(node: exp.Expr) -> str | None:
    """Functions that are proven for some arguments only."""
    if type(node) is exp.Substring and not (
        isinstance(node.args["start"], exp.Literal) and int(node.text("start")) > 0
    ):
        return "a start of 0 or below 0 means something else in each engine; count from 1, with a number."
    if type(node) is exp.Round and node.args.get("decimals"):
        return "2.675 is rounded up or down; use ROUND(x) on the smaller unit."
    if type(node) is exp.Like and not (
        _is_text(node.expression) and "\\" not in node.expression.name
    ):
        return "a backslash escapes in some engines only; use a text without one, or STARTS_WITH."
    if type(node) is exp.Date and not node.args.get("zone"):
        return "the day depends on a zone; write DATE(t, @timezone), or DATE '2023-01-31'."
    if type(node) is exp.Interval and isinstance(node.parent, exp.Add | exp.Sub):
        return "a DATE may become a TIMESTAMP; use DATE_ADD or TIMESTAMP_ADD."
    if type(node) is exp.In and node.args.get("unnest"):
        return "NULL is in no array for Spark; write the values, x IN (1, 4)."
    if type(node) is exp.Array and not isinstance(node.parent, exp.Unnest):
        return "arrays are proven in UNNEST only."
    return None


def _clause(node: exp.Expr) -> str | None:
    """Clauses that are proven in part."""
    if isinstance(node, exp.Join) and isinstance(node.this, exp.Unnest) and node.side:
        return "Spark drops rows whose array is empty; use CROSS JOIN UNNEST."
    if isinstance(node, exp.Unnest) and node.args.get("offset"):
        return "offsets start at 0 or 1; use GENERATE_ARRAY."
    if isinstance(node, exp.With) and node.args.get("recursive"):
        return "Spark has no recursion; use GENERATE_DATE_ARRAY or a window function."
    if isinstance(node, exp.Star) and any(node.args.values()):
        return "Spark has no such star; name the columns."
    if isinstance(node, exp.WindowSpec) and node.args.get("kind") != "ROWS":
        return "only frames of ROWS are proven."
    if isinstance(node, exp.Select) and node.args.get("kind"):
        return "only BigQuery has it; select columns."
    if isinstance(node, exp.Group) and any(
        node.args.get(kind) for kind in ("rollup", "cube", "grouping_sets", "all")
    ):
        return "not proven; name the columns, and use UNION ALL for totals."
    return None


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


RULES: tuple[Callable[[exp.Expr], str | None], ...] = (
    _unproven,
    _cast,
    _unit,
    _part,
    _format,
    _division,
    _argument,
    _clause,
)
