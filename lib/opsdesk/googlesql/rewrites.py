"""What sqlglot gets wrong when it translates GoogleSQL: a function for each construct.

All are listed in `REWRITES`. Each was found by running both texts and Google's own engine on the
same rows.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from opsdesk.googlesql import time_rewrites as time
from opsdesk.googlesql.nodes import Dialect, cast

# Any: each takes the kind of node that it is listed with, which no type of a table can say.
Rewrite = Callable[[Any, Dialect], exp.Expr | None]


def rewrite(node: exp.Expr, dialect: Dialect) -> exp.Expr:
    """Return the tree with every construct corrected: bottom-up, each original node once."""
    for child in list(node.iter_expressions()):
        new = rewrite(child, dialect)
        if new is not child:
            child.replace(new)
    for kinds, correct in REWRITES:
        if isinstance(node, kinds):
            corrected = correct(node, dialect)
            if corrected is not None:
                return corrected
    return node


def _float_literal(node: exp.Literal, dialect: Dialect) -> exp.Expr | None:
    """Write 0.5 as FLOAT64, which GoogleSQL means; both engines read a DECIMAL."""
    is_decimal = not node.is_string and "." in node.this and not isinstance(node.parent, exp.Cast)
    return cast(node.copy(), "DOUBLE") if is_decimal else None


def _null_if_any_is(node: exp.Greatest | exp.Least, dialect: Dialect) -> exp.Expr | None:
    """Make GREATEST and LEAST NULL when any argument is: Spark leaves NULLs out."""
    if dialect != "spark":
        return None
    arguments = (node.this, *node.expressions)
    nulls = [exp.Is(this=argument.copy(), expression=exp.Null()) for argument in arguments]
    any_null = exp.or_(*nulls)
    return exp.If(this=any_null, true=exp.Null(), false=node.copy())


def _null_without_match(node: exp.RegexpExtract, dialect: Dialect) -> exp.Expr | None:
    """Make REGEXP_EXTRACT NULL where nothing matches: Spark returns an empty text."""
    if dialect != "spark":
        return None
    matches = exp.RegexpLike(this=node.this.copy(), expression=node.expression.copy())
    return exp.If(this=matches, true=node.copy(), false=exp.Null())


def _whole_division_in_parentheses(node: exp.IntDiv, dialect: Dialect) -> exp.Expr | None:
    """Write DIV(n - 1, 7) as (n - 1) // 7, and 2 * DIV(n, 7) as 2 * (n // 7)."""
    inner = node.copy()
    if isinstance(inner.this, exp.Binary):
        inner.set("this", exp.paren(inner.this.copy(), copy=False))
    is_operand = isinstance(node.parent, exp.Binary | exp.Unary)
    return exp.paren(inner, copy=False) if is_operand else inner


def _count_of_nothing(node: exp.CountIf, dialect: Dialect) -> exp.Expr | None:
    """Make COUNTIF 0 where there is no row, or only NULLs: DuckDB returns NULL."""
    if dialect != "duckdb":
        return None
    one = exp.If(this=node.this.copy(), true=exp.Literal.number(1))
    return exp.Count(this=exp.Case(ifs=[one]))


REWRITES: tuple[tuple[type | tuple[type, ...], Rewrite], ...] = (
    (exp.Date, time.date_in_zone),
    (exp.Datetime, time.datetime_in_zone),
    (exp.TimeToStr, time.format_in_zone),
    (exp.AtTimeZone, time.in_zone),
    ((exp.DateAdd, exp.DateSub), time.shift_date),
    (exp.DateTrunc, time.truncate_date),
    (exp.GenerateDateArray, time.dates_in_order),
    (exp.Extract, time.day_of_week),
    ((exp.TimestampAdd, exp.TimestampSub), time.shift_instant),
    (exp.TimestampDiff, time.whole_units),
    (exp.Literal, _float_literal),
    (exp.CountIf, _count_of_nothing),
    (exp.IntDiv, _whole_division_in_parentheses),
    ((exp.Greatest, exp.Least), _null_if_any_is),
    (exp.RegexpExtract, _null_without_match),
)
