"""The lint of the GoogleSQL files: constructs that change their meaning from engine to engine and that no rewrite can repair."""

from collections.abc import Callable

from sqlglot import exp

ROUNDED_ARGUMENTS = (exp.Binary, exp.Column, exp.Literal)
OWN_ORDER = (exp.PercentileDisc, exp.PercentileCont, exp.ArrayAgg, exp.AnyValue, exp.ApproxQuantiles)
WEEK_NUMBERS = ("WEEK", "ISOWEEK", "ISOYEAR")


def find_problems(tree: exp.Expression) -> list[str]:
    """A sentence for each construct in `tree` that is not portable: what stands there, why not, what to write."""
    found = ((node, rule(node)) for node in tree.walk() for rule in RULES)
    return [f"{node.sql('bigquery')}: {remedy}" for node, remedy in found if remedy]


def _unrounded_cast(node: exp.Expression) -> str | None:
    if not isinstance(node, exp.Cast) or node.to.this != exp.DataType.Type.BIGINT:
        return None
    argument = node.this.unnest()
    if isinstance(argument, ROUNDED_ARGUMENTS) and not isinstance(argument, exp.Predicate):
        return "engines round or truncate differently; write CAST(ROUND(x) AS INT64)."
    return None


def _own_order(node: exp.Expression) -> str | None:
    if isinstance(node, OWN_ORDER):
        return "not the same, or not there, in every engine; use ROW_NUMBER and COUNT, as features_daily does."
    return None


def _boundary_count(node: exp.Expression) -> str | None:
    if isinstance(node, exp.DateDiff | exp.DatetimeDiff) and node.unit and node.unit.name.upper() != "DAY":
        return "Spark counts whole units and the others boundaries; use DAY."
    return None


def _week_number(node: exp.Expression) -> str | None:
    if isinstance(node, exp.Extract) and node.this.name.upper() in WEEK_NUMBERS:
        return "week numbers differ; use DATE_TRUNC(d, ISOWEEK)."
    return None


def _outer_unnest(node: exp.Expression) -> str | None:
    if isinstance(node, exp.Join) and isinstance(node.this, exp.Unnest) and node.side:
        return "Spark drops rows whose array is empty; use CROSS JOIN UNNEST."
    return None


def _offset(node: exp.Expression) -> str | None:
    if isinstance(node, exp.Unnest) and node.args.get("offset"):
        return "offsets start at 0 or 1; use GENERATE_ARRAY."
    return None


RULES: tuple[Callable[[exp.Expression], str | None], ...] = (
    _unrounded_cast,
    _own_order,
    _boundary_count,
    _week_number,
    _outer_unnest,
    _offset,
)
