"""What a mapping file may say: one function per key, which returns its value or names the error.

`where` is the file, as messages name it.
"""

from collections.abc import Collection
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import yaml

from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_zone
from opsdesk.lake.columns import exported_columns

EXTRA_TARGETS = ("due_at",)  # it becomes sla_hours and is not in the lake
REQUIRED = ("ticket_id", "created_at", "resolved_at")
KEYS = (
    "columns",
    "timestamps",
    "timezone",
    "values",
    "closed_statuses",
    "sla_hours_by_priority",
    "delimiter",
    "earliest",
)
LONGEST_SLA_HOURS = 876_000  # a century; a longer target means no target (9999-12-31)


def refuse_repeated_keys(where: str, node: yaml.Node | None) -> None:
    """Refuse a key that is given twice: YAML itself lets the last one win.

    Raises:
        OpsdeskError: one is; the text names its line.
    """
    if not isinstance(node, yaml.MappingNode):
        return
    keys = [key.value for key, _ in node.value]
    for key, child in node.value:
        if keys.count(key.value) > 1:
            line = key.start_mark.line + 1
            raise OpsdeskError(
                f"{where}, line {line}: {key.value} is given twice: keep one of the two."
            )
        refuse_repeated_keys(where, child)


def block_of(where: str, content: object) -> dict[str, Any]:
    """Return the content of the file, whose keys are all known."""
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise OpsdeskError(
            f"{where}: a mapping needs a block `columns:` that names the export's column for "
            "each of our columns."
        )
    _refuse_unknown(where, "key", content, KEYS)
    return content


def columns(where: str, columns: dict[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the source columns of each of our columns."""
    targets = (*exported_columns(), *EXTRA_TARGETS)
    _refuse_unknown(f"{where}, columns", "column", columns, targets)
    for target in REQUIRED:
        if not columns.get(target):
            raise OpsdeskError(f"{where}: columns must say where {target} comes from.")
    if "sla_hours" in columns and "due_at" in columns:
        raise OpsdeskError(
            f"{where}: map sla_hours or due_at, not both: the target would have two sources."
        )
    return {target: _names(where, target, names) for target, names in columns.items() if names}


def timezone(where: str, zone: object) -> str:
    """Return the name of an IANA time zone."""
    if not is_zone(str(zone)):
        raise OpsdeskError(
            f"{where}: timezone {zone!r} is not an IANA time zone such as Europe/Berlin or UTC."
        )
    return str(zone)


def values(where: str, values: object) -> dict[str, dict[str, str]]:
    """Return for each column the texts to replace and their replacements."""
    if not isinstance(values, dict) or not all(map(_is_block, values.values())):
        raise OpsdeskError(f"{where}: values must give a block of translations for each column.")
    _refuse_unknown(f"{where}, values", "column", values, exported_columns())
    return {target: _translations(where, target, block) for target, block in values.items()}


def closed_statuses(where: str, statuses: object) -> tuple[str, ...]:
    """Return the statuses of a ticket that must have been resolved."""
    if not isinstance(statuses, list) or not all(isinstance(text, str) for text in statuses):
        raise OpsdeskError(
            f"{where}: closed_statuses must be a list of texts such as [Resolved, Closed]; "
            "put No, Yes and numbers in quotes."
        )
    return tuple(statuses)


def sla_hours(where: str, hours: object) -> dict[str, float]:
    """Return the promised hours to resolution by priority."""
    if not isinstance(hours, dict) or not all(map(_is_target, hours.values())):
        raise OpsdeskError(
            f"{where}: sla_hours_by_priority must give a number of hours above 0 (and below a "
            "century) for each priority."
        )
    return {str(priority): float(number) for priority, number in hours.items()}


def delimiter(where: str, delimiter: object) -> str:
    """Return the one character between two fields."""
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise OpsdeskError(
            f"{where}: delimiter must be one character, such as ; or a tab, got {delimiter!r}."
        )
    return delimiter


def earliest(where: str, day: object) -> datetime | None:
    """Return the day before which no ticket is plausible, at midnight; None where none is given."""
    if day is None:
        return None
    try:
        found = datetime.strptime(str(day), "%Y-%m-%d")
    except ValueError:
        found = datetime.min
    if found.year < 1970:
        raise OpsdeskError(
            f'{where}: earliest must be a day from 1970 on, such as "1998-01-01", got {day!r}.'
        )
    return found


def _refuse_unknown(where: str, kind: str, given: Collection[str], known: Collection[str]) -> None:
    for key in given:
        if key not in known:
            close = get_close_matches(str(key), known, 1)
            hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}."
            raise OpsdeskError(f"{where}: unknown {kind} {key!r}. {hint}")


def _names(where: str, target: str, names: object) -> tuple[str, ...]:
    listed = names if isinstance(names, list) else [names]
    if not all(isinstance(name, str) for name in listed):
        raise OpsdeskError(
            f"{where}: columns.{target} must be a column name or a list of them, got {names!r}."
        )
    return tuple(listed)


def _is_block(block: object) -> bool:
    return isinstance(block, dict)


def _translations(where: str, target: str, block: dict[object, object]) -> dict[str, str]:
    found = {}
    for old, new in block.items():
        if not isinstance(old, str) or not isinstance(new, str | bool | None):
            raise OpsdeskError(
                f"{where}: values.{target} must translate text into text; "
                "put No, Yes and numbers in quotes."
            )
        found[old] = _text(new)
        if "\n" in found[old]:
            raise OpsdeskError(f"{where}: values must be translated into one line each.")
    return found


def _text(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (value or "").strip()


def _is_target(number: object) -> bool:
    # Python counts True as a number
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return 0 < number <= LONGEST_SLA_HOURS
