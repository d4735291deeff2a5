"""The rules of a mapping that leave rows out: the block `exclude:`.

An excluded row is neither kept nor rejected. It is counted under the name of its rule.
"""

from dataclasses import dataclass

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.mapping_words import is_text, refuse_unknown

KEYS = ("name", "column", "in", "matches")


@dataclass(frozen=True)
class ExcludeRule:
    """Rows with a cell that is one of `texts`, or in which the regular expression is found.

    Cells are trimmed. Each cell in one of the `columns` counts; one of these must be there, and it
    may be there more than once.
    """

    name: str
    columns: tuple[str, ...]
    texts: tuple[str, ...] = ()
    pattern: str = ""


def read_exclude(where: str, rules: object) -> tuple[ExcludeRule, ...]:
    """Return the rules in their order; the first that applies to a row counts.

    Raises:
        OpsdeskError: a rule that cannot be used; the text names it.
    """
    if not isinstance(rules, list):
        raise OpsdeskError(f"{where}: exclude must be a list of rules, got {rules!r}.")
    found = tuple(_rule(f"{where}, exclude", rule) for rule in rules)
    names = [rule.name for rule in found]
    for name in names:
        if names.count(name) > 1:
            raise OpsdeskError(f"{where}: exclude has two rules called {name!r}: rename one.")
    return found


def _rule(where: str, rule: object) -> ExcludeRule:
    if not isinstance(rule, dict):
        raise OpsdeskError(
            f"{where}: a rule is a block such as {{name: merged, column: Tags, in: [merged]}}, "
            f"got {rule!r}."
        )
    refuse_unknown(where, "key", rule, KEYS)
    if not is_text(rule.get("name")):
        raise OpsdeskError(f"{where}: a rule needs a text for `name`, got {rule!r}.")
    name = str(rule["name"])
    columns = _columns(where, rule)
    if ("in" in rule) == ("matches" in rule):
        raise OpsdeskError(f"{where}: the rule {name!r} needs `in` or `matches`, one of the two.")
    if "in" in rule:
        return ExcludeRule(name, columns, texts=_texts(where, name, rule["in"]))
    return ExcludeRule(name, columns, pattern=_pattern(where, name, rule["matches"]))


def _columns(where: str, rule: dict[str, object]) -> tuple[str, ...]:
    written = rule.get("column")
    listed = written if isinstance(written, list) else [written]
    if not listed or not all(map(is_text, listed)):
        raise OpsdeskError(
            f"{where}: a rule needs a column name, or a list of them, for `column`, got {rule!r}."
        )
    return tuple(map(str, listed))


def _texts(where: str, name: str, texts: object) -> tuple[str, ...]:
    listed = texts if isinstance(texts, list) else [texts]
    if not listed or not all(map(is_text, listed)):
        raise OpsdeskError(
            f"{where}: the rule {name!r} must list texts; put No, Yes and numbers in quotes."
        )
    return tuple(map(str, listed))


def _pattern(where: str, name: str, pattern: object) -> str:
    try:
        if not is_text(pattern):
            raise OpsdeskError(f"{where}: the rule {name!r} matches an empty text.")
        duckdb.execute("SELECT regexp_matches('', $1)", [pattern])
    except duckdb.Error as error:
        cause = str(error).splitlines()[0]
        raise OpsdeskError(
            f"{where}: the rule {name!r} has no valid regular expression: {cause}"
        ) from None
    return str(pattern)
