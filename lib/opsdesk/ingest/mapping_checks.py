"""What a mapping file may say of our columns: one function per key.

Each returns the key's value or names the error. `where` is the file, as messages name it.
"""

import re
from typing import Any

import yaml

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.attributes_sql import RESERVED
from opsdesk.ingest.mapping_sources import Source, read_sources
from opsdesk.ingest.mapping_words import refuse_unknown
from opsdesk.lake.columns import exported_columns

EXTRA_TARGETS = ("due_at", "sla_days")  # they become sla_hours and are not in the lake
REQUIRED = ("ticket_id", "created_at", "resolved_at")
KEYS = (
    "columns",
    "attributes",
    "optional",
    "timestamps",
    "timezone",
    "values",
    "missing",
    "exclude",
    "closed_statuses",
    "paused_statuses",
    "sla_hours_by_priority",
    "sla_days_by_priority",
    "sla_priority",
    "events",
    "decimal",
    "earliest",
    "delimiter",
    "encoding",
    "sheet",
    "header_row",
)
LONGEST_SLA_HOURS = 876_000  # a century; a longer target means no target (9999-12-31)
TARGETS_OF_SLA = ("sla_hours", "due_at", "sla_days")  # a mapping has one of them at most


def refuse_repeated_keys(where: str, node: yaml.Node | None) -> None:
    """Refuse a key that is given twice: YAML itself lets the last one win.

    Raises:
        OpsdeskError: one is; the text names its line.
    """
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            refuse_repeated_keys(where, item)
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
    refuse_unknown(where, "key", content, KEYS)
    return content


def columns(where: str, columns: dict[str, object]) -> dict[str, tuple[Source, ...]]:
    """Return the sources of each of our columns."""
    refuse_unknown(f"{where}, columns", "column", columns, targets())
    for target in REQUIRED:
        if not columns.get(target):
            raise OpsdeskError(f"{where}: columns must say where {target} comes from.")
    given_targets = [target for target in TARGETS_OF_SLA if columns.get(target)]
    if len(given_targets) > 1:
        raise OpsdeskError(
            f"{where}: map {' or '.join(given_targets)}, not both: the target would have two "
            "sources."
        )
    if columns["created_at"] == columns["resolved_at"]:
        raise OpsdeskError(
            f"{where}: created_at and resolved_at both come from {columns['created_at']!r}: every "
            "ticket would be resolved as it is created. Name the right column for each."
        )
    given = {target: written for target, written in columns.items() if written}
    return {target: read_sources(where, target, written) for target, written in given.items()}


def targets() -> tuple[str, ...]:
    """Return those of our columns that `columns:` may name."""
    return tuple(dict.fromkeys((*exported_columns(), *EXTRA_TARGETS)))


def attributes(where: str, block: object) -> dict[str, tuple[Source, ...]]:
    """Return the sources of the user's own columns, by name."""
    if not isinstance(block, dict):
        raise OpsdeskError(
            f"{where}: attributes must be a block such as {{product: Product}}, got {block!r}."
        )
    for name in block:
        if not re.fullmatch("[a-z][a-z0-9_]{0,39}", str(name)):
            raise OpsdeskError(
                f"{where}: the attribute {name!r} needs a name of small letters, digits and "
                "underscores, such as product_line."
            )
        if name in (*targets(), *RESERVED):
            raise OpsdeskError(
                f"{where}: {name} is one of our names: call the attribute something else."
            )
    return {
        name: read_sources(where, name, written, "attributes") for name, written in block.items()
    }


def optional(where: str, block: dict[str, Any]) -> tuple[str, ...]:
    """Return those of our columns and attributes that an export may lack."""
    listed = texts(where, "optional", block.get("optional") or [])
    known = (*block["columns"], *(block.get("attributes") or {}))
    refuse_unknown(f"{where}, optional", "column", listed, known)
    for target in REQUIRED:
        if target in listed:
            raise OpsdeskError(f"{where}: {target} cannot be optional: every ticket needs it.")
    return listed


def values(where: str, values: object, known: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """Return for each column the texts to replace and their replacements.

    `known` are the columns that may be named, all that an export can have if it is empty.
    """
    if not isinstance(values, dict) or not all(map(_is_block, values.values())):
        raise OpsdeskError(f"{where}: values must give a block of translations for each column.")
    columns = known or (*exported_columns(), "sla_days")
    refuse_unknown(f"{where}, values", "column", values, columns)
    return {target: _translations(where, target, block) for target, block in values.items()}


def texts(where: str, key: str, listed: object) -> tuple[str, ...]:
    """Return the texts of a list."""
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise OpsdeskError(
            f"{where}: {key} must be a list of texts such as [Resolved, Closed]; "
            "put No, Yes and numbers in quotes."
        )
    return tuple(listed)


def sla_by_priority(where: str, block: dict[str, Any]) -> tuple[dict[str, float], dict[str, int]]:
    """Return the promised hours to resolution, and the promised open days, by priority."""
    hours = _sla_hours(where, block.get("sla_hours_by_priority") or {})
    days = _sla_days(where, block.get("sla_days_by_priority") or {})
    for priority in hours.keys() & days.keys():
        raise OpsdeskError(
            f"{where}: {priority!r} has a promise in sla_hours_by_priority and in "
            "sla_days_by_priority: keep one of the two."
        )
    return hours, days


def _sla_hours(where: str, hours: object) -> dict[str, float]:
    if not isinstance(hours, dict) or not all(map(_is_target, hours.values())):
        raise OpsdeskError(
            f"{where}: sla_hours_by_priority must give a number of hours above 0 (and below a "
            "century) for each priority."
        )
    return {str(priority): float(number) for priority, number in hours.items()}


def _sla_days(where: str, days: object) -> dict[str, int]:
    if not isinstance(days, dict) or not all(map(_is_days, days.values())):
        raise OpsdeskError(
            f"{where}: sla_days_by_priority must give a whole number of days, 1 or more (and below "
            "a century), for each priority."
        )
    return {str(priority): int(number) for priority, number in days.items()}


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


def _is_days(number: object) -> bool:
    return _is_target(number) and isinstance(number, int) and number * 24 <= LONGEST_SLA_HOURS
