"""What a condition compares: text with text, numbers with numbers. Engines convert in other ways.

DuckDB takes `priority = 5` for a comparison of numbers, BigQuery refuses it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain

from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.optimizer.annotate_types import annotate_types

FAMILIES = {
    **dict.fromkeys(exp.DataType.TEXT_TYPES, "text"),
    **dict.fromkeys(exp.DataType.NUMERIC_TYPES, "a number"),
    exp.DType.BOOLEAN: "true or false",
    exp.DType.DATE: "a date",
    exp.DType.TIMESTAMPTZ: "a moment",
}
TRUTH, TEXT, NUMBER = "true or false", "text", "a number"
COMPARED = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Between,
    exp.In,
    exp.Coalesce,
    exp.Greatest,
    exp.Least,
    exp.Nullif,
)
TAKES: dict[type[exp.Expr], str] = {
    **dict.fromkeys((exp.And, exp.Or, exp.Not), TRUTH),
    **dict.fromkeys((exp.Like, exp.StartsWith, exp.Concat, exp.Lower, exp.Upper, exp.Length), TEXT),
    **dict.fromkeys((exp.RegexpExtract, exp.Replace, exp.DPipe), TEXT),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.SafeDivide, exp.Neg), NUMBER),
    **dict.fromkeys((exp.Mod, exp.IntDiv, exp.Abs, exp.Ceil, exp.Floor, exp.Round), NUMBER),
    **dict.fromkeys((exp.Sqrt, exp.Ln, exp.Exp), NUMBER),
}


def type_problems(condition: exp.Expr, columns: Mapping[str, str]) -> list[str]:
    """Return a sentence for each place where types do not fit, and where the whole is no condition.

    `columns` has the GoogleSQL type of each column.
    """
    typed = annotate_types(condition.transform(_with_type, columns), dialect=BigQuery)
    found = [*chain.from_iterable(_node_problems(node) for node in typed.walk())]
    found += chain.from_iterable(_cast_problems(node) for node in typed.walk())
    kind = _family(typed)
    if kind and kind != TRUTH:
        found.append(f"{_written(typed)} is {kind}: write a condition, such as hours_left <= 8.")
    return found


def _with_type(node: exp.Expr, columns: Mapping[str, str]) -> exp.Expr:
    if isinstance(node, exp.Column):
        kind = exp.DataType.build(columns[node.name.lower()], dialect=BigQuery)
        return exp.Cast(this=node.copy(), to=kind, of_column=True)
    if isinstance(node, exp.Parameter):
        name = "TIMESTAMP" if node.name == "as_of" else "STRING"
        kind = exp.DataType.build(name, dialect=BigQuery)
        return exp.Cast(this=node.copy(), to=kind, of_column=True)
    return node


def _node_problems(node: exp.Expr) -> Iterable[str]:
    operands = [each for each in node.iter_expressions() if _family(each)]
    if isinstance(node, COMPARED):
        kinds = {_family(each): each for each in operands}
        if len(kinds) > 1:
            (one, first), (other, second), *_ = kinds.items()
            yield (
                f"{_written(first)} is {one} and {_written(second)} is {other}: compare like "
                f"with like{_remedy(set(kinds))}."
            )
    wanted = TAKES.get(type(node))
    for each in _arguments(node):
        if wanted and _family(each) and _family(each) != wanted:
            needed = f"{wanted} is needed in {_written(node)}"
            yield f"{_written(each)} is {_family(each)}, and {needed}."


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    """Return what a function or an operator works on, without what sqlglot adds by itself."""
    given = [
        node.args.get("this"),
        node.args.get("expression"),
        *(node.args.get("expressions") or []),
    ]
    return [each for each in given if isinstance(each, exp.Expr)]


def _cast_problems(node: exp.Expr) -> Iterable[str]:
    """Yield what is wrong with a cast: one that fails for one ticket would end the whole run."""
    if not isinstance(node, exp.Cast) or node.args.get("of_column"):
        return
    source = node.this.unnest()
    if isinstance(source, exp.Literal):
        if _family(node) in ("a date", "a moment") and not _is_moment(source.name):
            yield f"{_written(node)}: there is no such day; write it as DATE '2023-01-31'."
    elif _family(source) == TEXT and _family(node) != TEXT:
        yield f"{_written(node)}: one ticket with another text would end the run; compare texts."


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _remedy(kinds: set[str | None]) -> str:
    if kinds == {"text", "a date"}:
        return ", with a date such as DATE '2023-01-31'"
    if kinds >= {"a moment"}:
        return ", with the day of a moment as DATE(created_at, @timezone)"
    return ""


def _family(node: exp.Expr) -> str | None:
    """Return what kind of value a node is; None where that is not known, or NULL."""
    if isinstance(node, exp.Null):
        return None
    return FAMILIES.get(node.type.this) if node.type else None


def _written(node: exp.Expr) -> str:
    """Return a part of a condition as it was written."""

    def without_type(each: exp.Expr) -> exp.Expr:
        return each.this if each.args.get("of_column") else each

    return node.transform(without_type).sql("bigquery")
