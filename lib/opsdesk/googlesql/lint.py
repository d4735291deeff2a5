"""The lint of the GoogleSQL texts: only what gives the same rows on every engine passes.

`allowlist` has what was proven. Most rules here refuse what is proven only in part: a unit, a
format, an argument. Each refusal names the remedy.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from opsdesk.googlesql.allowlist import NAMED_REMEDIES, PROVEN, REMEDIES

BOUNDARIES = "Spark counts whole units and the others boundaries; use DAY."
DIVISIONS = (
    "a division by 0 is an error, NULL or infinite; "
    "use SAFE_DIVIDE, or divide by a number other than 0."
)

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
TOTALS = ("rollup", "cube", "grouping_sets", "all")


def find_problems(tree: exp.Expr) -> list[str]:
    """Return a sentence for each construct in `tree` that is not portable.

    It has the construct as written, the reason, and what to write instead.
    """
    found = []
    for node in tree.walk():
        remedy = _remedy(node)
        if remedy:
            found.append(f"{node.sql('bigquery')}: {remedy}")
    return found


def _remedy(node: exp.Expr) -> str | None:
    """Return what the first rule says that `node` breaks, None where it breaks none."""
    for rule in RULES:
        remedy = rule(node)
        if remedy:
            return remedy
    return None


def _unproven(node: exp.Expr) -> str | None:
    if type(node) in PROVEN:
        return None
    remedy = REMEDIES.get(type(node)) or NAMED_REMEDIES.get(node.name.upper())
    return remedy or (
        "not proven to be portable; write it with what opsdesk/googlesql/allowlist.py lists, "
        "or prove it in tests/googlesql/test_everywhere.py and add it there."
    )


def _cast(node: exp.Expr) -> str | None:
    if type(node) is not exp.Cast:
        return None
    kind = node.to.this.name
    argument = node.this.unnest()
    if kind not in TYPES:
        return "only casts to INT64, FLOAT64, STRING, DATE and TIMESTAMP are proven."
    if kind == "BIGINT" and _may_have_fractions(argument):
        return "engines round or truncate differently; write CAST(ROUND(x) AS INT64)."
    if kind == "TEXT" and not _is_cast_to_whole(argument):
        return (
            "1.0 becomes '1' or '1.0'; write CAST(CAST(ROUND(x) AS INT64) AS STRING), "
            "or FORMAT_DATE('%Y-%m-%d', d)."
        )
    return None


def _may_have_fractions(argument: exp.Expr) -> bool:
    if isinstance(argument, exp.Predicate):
        return False
    return isinstance(argument, exp.Binary | exp.Column | exp.Literal)


def _is_cast_to_whole(argument: exp.Expr) -> bool:
    return type(argument) is exp.Cast and argument.to.this.name == "BIGINT"


def _unit(node: exp.Expr) -> str | None:
    written = node.args.get("unit")
    unit = written.sql("bigquery").strip("'").upper() if written else "DAY"
    if type(node) is exp.DateDiff and unit != "DAY":
        return BOUNDARIES
    allowed = UNITS.get(type(node))
    if allowed is None or unit in allowed:
        return None
    return f"{unit} is not proven here; use {', '.join(allowed)}."


def _part(node: exp.Expr) -> str | None:
    if type(node) is not exp.Extract or node.this.name.upper() in PARTS:
        return None
    if node.this.name.upper() in WEEK_NUMBERS or isinstance(node.this, exp.WeekStart):
        return "week numbers differ; use DATE_TRUNC(d, ISOWEEK)."
    return f"engines differ in this part, or lack it; use {', '.join(PARTS)}."


def _format(node: exp.Expr) -> str | None:
    if type(node) is not exp.TimeToStr:
        return None
    if _is_text(node.args["format"]) and FORMAT.fullmatch(node.text("format")):
        return None
    return (
        "other parts and letters are not proven; "
        "use a text of %Y %m %d %H %M %S %a %A %b, digits and signs."
    )


def _division(node: exp.Expr) -> str | None:
    if isinstance(node, exp.Div | exp.Mod | exp.IntDiv):
        divisor = node.expression.unnest()
        if not isinstance(divisor, exp.Literal) or float(divisor.name) == 0:
            return DIVISIONS
    return None


def _argument(node: exp.Expr) -> str | None:
    """Refuse functions that are proven for other arguments only."""
    if type(node) is exp.Substring and not _is_positive(node.args["start"]):
        return (
            "a start of 0 or below 0 means something else in each engine; "
            "count from 1, with a number."
        )
    if type(node) is exp.Round and node.args.get("decimals"):
        return "2.675 is rounded up or down; use ROUND(x) on the smaller unit."
    if type(node) is exp.Like and not _is_plain_text(node.expression):
        return "a backslash escapes in some engines only; use a text without one, or STARTS_WITH."
    if isinstance(node, exp.RegexpExtract | exp.RegexpExtractAll):
        return _pattern(node)
    if type(node) is exp.Replace and not _is_nonempty_text(node.expression):
        return "nothing to look for is everywhere or nowhere; write the text to replace."
    if type(node) is exp.Date and not node.args.get("zone"):
        return "the day depends on a zone; write DATE(t, @timezone), or DATE '2023-01-31'."
    if type(node) is exp.Interval and isinstance(node.parent, exp.Add | exp.Sub):
        return "a DATE may become a TIMESTAMP; use DATE_ADD or TIMESTAMP_ADD."
    if type(node) is exp.In and node.args.get("unnest"):
        return "NULL is in no array for Spark; write the values, x IN (1, 4)."
    if type(node) is exp.Array and not isinstance(node.parent, exp.Unnest):
        return "arrays are proven in UNNEST only."
    return None


def _pattern(node: exp.RegexpExtract | exp.RegexpExtractAll) -> str | None:
    """Refuse patterns and results that engines take differently."""
    wanted = 1 if isinstance(node, exp.RegexpExtract) else 0
    pattern = node.expression
    if not _is_plain_text(pattern) or pattern.name.count("(") != wanted:
        return (
            "engines differ in classes with a backslash, and in what they return of groups; "
            "write a text without backslash, with one group for REGEXP_EXTRACT, none for "
            "REGEXP_EXTRACT_ALL."
        )
    if any(node.args.get(name) for name in ("position", "occurrence")):
        return "only the first two arguments are proven."
    if not wanted and not isinstance(node.parent, exp.Unnest):
        return "arrays are proven in UNNEST only."
    return None


def _clause(node: exp.Expr) -> str | None:
    """Refuse clauses that are proven in another form only."""
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
    if isinstance(node, exp.Group) and any(node.args.get(kind) for kind in TOTALS):
        return "not proven; name the columns, and use UNION ALL for totals."
    return None


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def _is_plain_text(node: exp.Expr) -> bool:
    return _is_text(node) and "\\" not in node.name


def _is_nonempty_text(node: exp.Expr) -> bool:
    return _is_text(node) and node.name != ""


def _is_positive(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and int(node.name) > 0


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
