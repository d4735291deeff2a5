"""Where one of our columns comes from: the block `columns:` of a mapping.

Each of our columns has a list of sources. The first that is not blank in a row wins.
"""

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.mapping_words import is_text, refuse_unknown

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
WAYS = ("column", "join", "pattern", "duration")  # a source is given in one of them
KEYS = (*WAYS, "nth", "with", "when", "unit")
BELONGS = {"nth": "column", "with": "join", "unit": "duration"}
# what a length of time can be read as: a point in time after created_at, hours, the flag of its
# sign
DURATION_TARGETS = (
    "resolved_at",
    "due_at",
    "first_response_at",
    "sla_hours",
    "resolution_hours",
    "sla_breached",
)


@dataclass(frozen=True)
class ColumnName:
    """A column of the export; `nth` tells columns of one name apart (from 1), 0: there is one."""

    name: str
    nth: int = 0

    def __str__(self) -> str:
        return repr(self.name) if self.nth < 2 else f"{self.name!r} ({self.nth})"


@dataclass(frozen=True)
class Condition:
    """The column must hold one of the texts, exactly."""

    column: ColumnName
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One place that a value may come from.

    `columns` are one column, or several to be joined by `separator`. `pattern` stands for the
    column whose whole name it matches. With a `unit` the value is a length of time.
    """

    columns: tuple[ColumnName, ...] = ()
    separator: str = ""
    pattern: str = ""
    unit: str = ""
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        if self.pattern:
            return f"a column like {self.pattern}"
        return " with ".join(map(str, self.columns))

    @property
    def names(self) -> tuple[ColumnName, ...]:
        """Return every column that it names."""
        return (*self.columns, *(condition.column for condition in self.conditions))


def read_sources(
    where: str, target: str, written: object, block: str = "columns"
) -> tuple[Source, ...]:
    """Return the sources of one of our columns.

    Args:
        where: the file, as messages name it.
        written: a name, a block, or a list of them.
        block: the block of the mapping that it is in.

    Raises:
        OpsdeskError: it is something else; the text says what can be written.
    """
    listed = written if isinstance(written, list) else [written]
    return tuple(_source(f"{where}, {block}.{target}", target, item) for item in listed)


def _source(where: str, target: str, item: object) -> Source:
    if is_text(item):
        return Source((ColumnName(str(item)),))
    if not isinstance(item, dict):
        raise OpsdeskError(
            f"{where} must be a column name, a block or a list of them, got {item!r}; a name that "
            "is a number, a date, Yes or No is put in quotes."
        )
    refuse_unknown(where, "key", item, KEYS)
    _check_keys(where, item)
    conditions = read_conditions(where, item.get("when", {}))
    if "pattern" in item:
        return Source(pattern=_pattern(where, item["pattern"]), conditions=conditions)
    if "join" in item:
        separator = _separator(where, item.get("with", " "))
        return Source(_joined(where, item["join"]), separator, "", "", conditions)
    if "duration" in item:
        unit = _unit(where, target, item.get("unit"))
        return Source((_column(where, item["duration"]),), "", "", unit, conditions)
    column = _column(where, item["column"], item.get("nth", 0))
    return Source((column,), conditions=conditions)


def _check_keys(where: str, item: dict[str, Any]) -> None:
    given = [way for way in WAYS if way in item]
    if len(given) != 1:
        raise OpsdeskError(f"{where}: a block says one of {', '.join(WAYS)}, got {item!r}.")
    for key, way in BELONGS.items():
        if key in item and way not in item:
            raise OpsdeskError(f"{where}: `{key}` belongs to a block with `{way}`.")


def _column(where: str, name: object, nth: object = 0) -> ColumnName:
    if not is_text(name):
        raise OpsdeskError(f"{where}: {name!r} is not the name of a column; put it in quotes.")
    if isinstance(nth, bool) or not isinstance(nth, int) or nth < 0:
        raise OpsdeskError(f"{where}: nth counts columns of the same name from 1, got {nth!r}.")
    return ColumnName(str(name), nth)


def _joined(where: str, names: object) -> tuple[ColumnName, ...]:
    if not isinstance(names, list) or len(names) < 2:
        raise OpsdeskError(f"{where}: join must list two columns or more, got {names!r}.")
    return tuple(_column(where, name) for name in names)


def _separator(where: str, text: object) -> str:
    if not isinstance(text, str):
        raise OpsdeskError(f'{where}: `with` is a text in quotes, such as "#", got {text!r}.')
    return text


def _pattern(where: str, pattern: object) -> str:
    if not is_text(pattern):
        raise OpsdeskError(f"{where}: a pattern is a text in quotes, got {pattern!r}.")
    try:
        groups = set(re.compile(str(pattern)).groupindex)
        duckdb.execute("SELECT regexp_full_match('', $1)", [pattern])
    except (re.error, RecursionError, duckdb.Error) as error:
        raise OpsdeskError(f"{where}: {pattern!r} is not a regular expression: {error}.") from None
    if not groups <= {"timezone"}:
        raise OpsdeskError(f"{where}: the only group of a pattern is timezone, got {pattern!r}.")
    return str(pattern)


def _unit(where: str, target: str, unit: object) -> str:
    if target not in DURATION_TARGETS:
        raise OpsdeskError(
            f"{where}: {target} cannot come from a duration; "
            f"these can: {', '.join(DURATION_TARGETS)}."
        )
    if unit not in UNITS:
        raise OpsdeskError(f"{where}: unit must be one of {', '.join(UNITS)}, got {unit!r}.")
    return str(unit)


def read_conditions(where: str, block: object) -> tuple[Condition, ...]:
    """Return the conditions of a block `when:`.

    Raises:
        OpsdeskError: it is something else.
    """
    if not isinstance(block, dict):
        raise OpsdeskError(
            f'{where}: when must be a block such as {{"Status Category": [Done]}}, got {block!r}.'
        )
    return tuple(_condition(where, name, texts) for name, texts in block.items())


def _condition(where: str, name: object, texts: object) -> Condition:
    listed = texts if isinstance(texts, list) else [texts]
    if not listed or not all(map(is_text, listed)):
        raise OpsdeskError(
            f"{where}: when must list the texts of {name!r}; put No, Yes and numbers in quotes."
        )
    return Condition(_column(where, name), tuple(map(str, listed)))
