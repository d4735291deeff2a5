"""How an export of changes becomes ours: the block `events:` of a mapping.

A row of it reports a change of one field, or several changes, or it is a snapshot of a ticket, and
the changes are the differences between a ticket's snapshots.
"""

from collections.abc import Iterator
from typing import Any

from opsdesk.errors import OpsdeskError
from opsdesk.ingest import mapping_checks as check
from opsdesk.ingest import mapping_file_form as form
from opsdesk.ingest.change_rules import CHANGES, FIELDS, SNAPSHOTS, ChangeRule, Events, Value
from opsdesk.ingest.mapping_sources import Condition, Source, read_conditions, read_sources
from opsdesk.ingest.mapping_words import is_text, one_of, refuse_unknown
from opsdesk.ingest.timestamp_formats import ALL, check_formats

FORMS = (CHANGES, SNAPSHOTS)
ORDERS = ("oldest_first", "newest_first")
KEYS = (
    "form",
    "columns",
    "fields",
    "changes",
    "each",
    "order",
    "values",
    "timestamps",
    "timezone",
    "missing",
    "delimiter",
    "encoding",
    "sheet",
    "header_row",
)
RULE_KEYS = ("field", "old", "new", "when")
OF_THE_FILE = {
    "timezone": form.timezone,
    "delimiter": form.delimiter,
    "encoding": form.encoding,
    "sheet": form.sheet,
    "header_row": form.header_row,
}


def read_events(file: str, block: object) -> Events | None:
    """Return the block `events:` of a mapping file, None where it has none.

    Raises:
        OpsdeskError: an invalid value; the text names file and key.
    """
    if block is None:
        return None
    where = f"{file}, events"
    if not isinstance(block, dict) or not isinstance(block.get("columns"), dict):
        raise OpsdeskError(
            f"{where} needs a block `columns:` that names the columns of ticket_id and at, "
            "see docs/mapping.md."
        )
    refuse_unknown(where, "key", block, KEYS)
    kind = one_of(where, "form", block, FORMS)
    columns = _columns(where, block["columns"], kind, has_rules="changes" in block)
    common = {name: columns.pop(name) for name in ("ticket_id", "at")}
    named_by = columns.pop("field", ())
    rules = _rules(where, block, kind, columns, named_by)
    return Events(
        form=kind,
        columns={"ticket_id": common["ticket_id"], "created_at": common["at"]},
        rules=rules,
        named_by=named_by,
        each=_path(where, block.get("each", "")),
        is_newest_first=one_of(where, "order", block, ORDERS) == "newest_first",
        values=check.values(where, block.get("values") or {}, ("ticket_id", *FIELDS)),
        timestamps=_timestamps(where, block.get("timestamps")),
        missing=check.texts(where, "missing", block["missing"]) if "missing" in block else None,
        of_the_file={
            key: read(where, block[key]) for key, read in OF_THE_FILE.items() if key in block
        },
    )


def _columns(
    where: str, written: dict[str, object], kind: str, *, has_rules: bool
) -> dict[str, tuple[Source, ...]]:
    needed = ["ticket_id", "at"]
    known = [*needed, *FIELDS]
    if kind == CHANGES:
        needed += [] if has_rules else ["field", "new"]
        known = needed if has_rules else [*needed, "old"]
    refuse_unknown(f"{where}, columns", "column", written, known)
    for name in needed:
        if not written.get(name):
            raise OpsdeskError(f"{where}: columns must say where {name} comes from.")
    return {name: read_sources(where, name, source) for name, source in written.items() if source}


def _rules(
    where: str,
    block: dict[str, Any],
    kind: str,
    columns: dict[str, tuple[Source, ...]],
    named_by: tuple[Source, ...],
) -> tuple[ChangeRule, ...]:
    if kind == SNAPSHOTS:
        for key in ("fields", "changes"):
            if key in block:
                raise OpsdeskError(f"{where}: {key} does not belong to the form snapshots.")
        rules = [ChangeRule(name, Value(), Value(sources)) for name, sources in columns.items()]
        if not rules:
            raise OpsdeskError(f"{where}: columns must name at least one of {', '.join(FIELDS)}.")
        return tuple(rules)
    if "changes" in block:
        return _listed_rules(where, block["changes"])
    return tuple(_rules_by_name(where, block.get("fields"), columns, named_by))


def _rules_by_name(
    where: str,
    fields: object,
    columns: dict[str, tuple[Source, ...]],
    named_by: tuple[Source, ...],
) -> Iterator[ChangeRule]:
    """Yield a rule per field that we keep, for the names that the export has for it."""
    if not isinstance(fields, dict) or not fields:
        raise OpsdeskError(
            f"{where}: fields must give our field for each of the export's names, such as "
            f"{{assignee: agent_id}}; ours are {', '.join(FIELDS)}."
        )
    refuse_unknown(f"{where}, fields", "field", list(map(str, fields.values())), FIELDS)
    if len(named_by) != 1 or len(named_by[0].columns) != 1:
        raise OpsdeskError(f"{where}: field must be one column, for `fields` lists its texts.")
    (column,) = named_by[0].columns
    for ours in FIELDS:
        names = tuple(str(name) for name, field in fields.items() if field == ours)
        if names:
            old = Value(columns.get("old", ()))
            yield ChangeRule(ours, old, Value(columns["new"]), (Condition(column, names),))


def _listed_rules(where: str, listed: object) -> tuple[ChangeRule, ...]:
    if not isinstance(listed, list) or not listed:
        raise OpsdeskError(
            f"{where}: changes must be a list of blocks with field, old or new, and when."
        )
    return tuple(
        _listed_rule(f"{where}, changes {number}", rule) for number, rule in enumerate(listed, 1)
    )


def _listed_rule(where: str, rule: object) -> ChangeRule:
    if not isinstance(rule, dict):
        raise OpsdeskError(f"{where} must be a block with field, old or new, and when.")
    refuse_unknown(where, "key", rule, RULE_KEYS)
    if rule.get("field") not in FIELDS:
        raise OpsdeskError(f"{where}: field must be one of {', '.join(FIELDS)}.")
    old = _value(where, "old", rule.get("old"))
    new = _value(where, "new", rule.get("new"))
    if not old.is_given and not new.is_given:
        raise OpsdeskError(f"{where}: a change needs `old`, `new` or both.")
    return ChangeRule(rule["field"], old, new, read_conditions(where, rule.get("when", {})))


def _value(where: str, key: str, written: object) -> Value:
    if written is None:
        return Value()
    if isinstance(written, dict) and "text" in written:
        refuse_unknown(f"{where}, {key}", "key", written, ("text",))
        if not is_text(written["text"]):
            raise OpsdeskError(f"{where}: {key}: text must be a text in quotes.")
        return Value(text=str(written["text"]))
    return Value(read_sources(where, key, written))


def _path(where: str, path: object) -> str:
    if not isinstance(path, str):
        raise OpsdeskError(
            f"{where}: each must be the path of the lists in a JSON object, such as "
            f"changelog.histories.items, got {path!r}."
        )
    return path


def _timestamps(where: str, formats: object) -> dict[str, tuple[str, ...]]:
    if formats is not None and not isinstance(formats, list):
        raise OpsdeskError(f"{where}: timestamps must be a list of formats: there is one time.")
    found = check_formats(where, formats)
    return {ALL: found[ALL]} if found else {}
