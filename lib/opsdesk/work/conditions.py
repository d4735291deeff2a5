"""The condition of a rule: it must mean the same for one ticket on every engine."""

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery

from opsdesk.config.blocks import hint
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.allowlist import AGGREGATES, ARRAYS, CLAUSES, WINDOWS
from opsdesk.googlesql.lint import find_problems
from opsdesk.work.columns import rule_columns
from opsdesk.work.types import type_problems

LONGEST = 2_000  # characters; a condition of a person has a few dozen
PARAMETERS = ("as_of", "timezone")
OF_MANY_TICKETS = (
    *CLAUSES,
    *AGGREGATES,
    *WINDOWS,
    *ARRAYS,
    exp.Alias,
    exp.Command,
    exp.DDL,
    exp.DML,
    exp.Exists,
    exp.Star,
    exp.Table,
)


def check_condition(text: str) -> str:
    """Return a condition as GoogleSQL, parsed and written again, without its comments.

    Raises:
        OpsdeskError: it cannot be read, looks at more than one ticket, uses an unknown column, or
            would not mean the same everywhere; the text says what to write.
    """
    tree = _parsed(text)
    found = _of_one_ticket(tree) or find_problems(tree) or _unknown_names(tree)
    found = found or type_problems(tree, rule_columns())
    if found:
        raise OpsdeskError(" ".join(found))
    return exp.paren(tree).sql(BigQuery, comments=False)


def _parsed(text: str) -> exp.Expr:
    if len(text) > LONGEST:
        raise OpsdeskError(f"the condition has {len(text):,} characters: {LONGEST:,} are allowed.")
    try:
        statements = sqlglot.parse(text, read=BigQuery)
    except (sqlglot.ParseError, sqlglot.TokenError) as error:
        # a text that ends in a quote has no position
        places = getattr(error, "errors", None) or [{}]
        near = places[0].get("highlight")
        where = f" near {near!r}" if near else ": is a quote or a bracket not closed?"
        raise OpsdeskError(f"the condition cannot be read{where}") from None
    except RecursionError:
        raise OpsdeskError("the condition is nested too deeply: leave brackets out.") from None
    if len(statements) != 1 or statements[0] is None:
        raise OpsdeskError("the condition must be one condition, without semicolons.")
    return statements[0]


def _of_one_ticket(tree: exp.Expr) -> list[str]:
    refused = [node for node in tree.walk() if isinstance(node, OF_MANY_TICKETS)]
    return [
        f"{node.sql('bigquery')}: a rule looks at one ticket at a time; write a condition on its "
        "columns, without SELECT, sums or windows."
        for node in refused[:1]
    ]


def _unknown_names(tree: exp.Expr) -> list[str]:
    known = list(rule_columns())
    found = []
    for column in tree.find_all(exp.Column):
        if column.table:
            found.append(f"{column.sql('bigquery')}: name the column alone, {column.name}.")
        elif column.name.lower() not in known:
            found.append(f"there is no column {column.name!r}; {hint(column.name, known)}")
    for parameter in tree.find_all(exp.Parameter):
        if parameter.name not in PARAMETERS:
            found.append(f"there is no parameter @{parameter.name}; there are @as_of, @timezone.")
    return found
