"""Which columns of a file of changes are read: the block `events:`, applied to its header."""

from dataclasses import dataclass, replace
from functools import cached_property

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.change_rules import ChangeRule, Events, Value
from opsdesk.ingest.column_finder import Alternative, ColumnFinder
from opsdesk.ingest.column_plan import ColumnPlan, plan_columns
from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.export_header import missing_columns
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.mapping import Mapping

AT = "created_at"  # what timestamps_sql calls the moment of a row


@dataclass(frozen=True)
class PlannedValue:
    """A value of a rule by the places it may come from, or its text; neither: not exported."""

    alternatives: tuple[Alternative, ...] = ()
    text: str = ""

    @property
    def is_given(self) -> bool:
        """Return whether the file says it."""
        return bool(self.alternatives or self.text)


@dataclass(frozen=True)
class PlannedRule:
    """A rule for changes of `field`, by places in the header; conditions are places and texts."""

    field: str
    old: PlannedValue
    new: PlannedValue
    conditions: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def places(self) -> set[int]:
        """Return every place that it reads."""
        found = {place for place, _ in self.conditions}
        for alternative in (*self.old.alternatives, *self.new.alternatives):
            found.update(alternative.places)
            found.update(place for place, _ in alternative.conditions)
        return found


@dataclass(frozen=True)
class EventPlan(ColumnPlan):
    """What of a file of changes is read: ticket_id and `created_at`, its moment, and the rules.

    `named_by` is the place of the name of the field, None where rows do not name one.
    """

    rules: tuple[PlannedRule, ...] = ()
    named_by: int | None = None

    @cached_property
    def places(self) -> list[int]:
        """Return the places of every column that is read, each once, in order."""
        found = set(super().places)
        for rule in self.rules:
            found |= rule.places
        return sorted(found | ({self.named_by} if self.named_by is not None else set()))


def block_of(mapping: Mapping) -> Events:
    """Return how an export of changes is read.

    Raises:
        OpsdeskError: the mapping does not say it.
    """
    if mapping.events is None:
        raise OpsdeskError(
            f"`events` names an export of changes, and {mapping.shown} does not say what its "
            "columns mean: add a block `events:` to it (docs/mapping.md, 'Changes of tickets'), or "
            'leave the parameter out: events: "".'
        )
    return mapping.events


def events_mapping(mapping: Mapping) -> Mapping:
    """Return the mapping by which the rows of changes are read as those of tickets are."""
    events = block_of(mapping)
    values = dict(mapping.values)
    for name, translations in events.values.items():
        values[name] = values.get(name, {}) | translations
    missing = mapping.missing if events.missing is None else events.missing
    return replace(
        mapping,
        columns=events.columns,
        attributes={},
        optional=(),
        exclude=(),
        values=values,
        missing=missing,
        timestamps=events.timestamps or mapping.timestamps,
        **events.of_the_file,
    )


def reading_of(mapping: Mapping) -> Reading:
    """Return how the files of changes are read."""
    events = block_of(mapping)
    own = events_mapping(mapping)
    has_patterns = any(source.pattern for source in events.sources)
    return Reading(
        delimiter=own.delimiter,
        encoding=own.encoding,
        sheet=own.sheet,
        header_row=own.header_row,
        wanted=None if has_patterns else events.source_names,
        each=events.each,
    )


def plan_file(mapping: Mapping, file: ExportFile) -> EventPlan:
    """Return the plan for a file of changes.

    Raises:
        OpsdeskError: a column that is needed is missing, or is there twice, or no format reads its
            times.
    """
    own = events_mapping(mapping)
    events = block_of(mapping)
    if not file.is_typed and not own.formats(AT):
        raise OpsdeskError(
            f"{mapping.shown} lists no format for the times of changes, and {file.shown} holds "
            'them as texts: add one to `timestamps` of `events:`, such as "%Y-%m-%d %H:%M:%S".'
        )
    base = plan_columns(own, file.header, file.shown, typed=file.is_typed, others=file.text.others)
    finder = ColumnFinder(file.header, file.shown)
    rules: list[PlannedRule] = []
    missing: dict[str, None] = {}  # names in their order, each once
    for rule in events.rules:
        planned, lacks = _planned(rule, finder)
        missing |= dict.fromkeys(lacks)
        if not lacks:
            rules.append(planned)
    # objects of JSON have what they need: a day without an assignment has no assignee
    if missing and ("" not in file.header or not rules):
        raise missing_columns(
            file.header, list(missing), mapping.shown, file.shown, file.text.others, own.delimiter
        )
    notes = tuple(f"{file.shown} has no {name}: no such change is in it." for name in missing)
    named_by = finder.find_all(events.named_by)
    return EventPlan(
        mapping=own,
        header=base.header,
        targets=base.targets,
        attributes={},
        excluded=(),
        notes=(*base.notes, *notes),
        typed=base.typed,
        rules=tuple(rules),
        named_by=named_by[0].places[0] if named_by else None,
    )


def _planned(rule: ChangeRule, finder: ColumnFinder) -> tuple[PlannedRule, list[str]]:
    """Return a rule by places, and what the header lacks for it, in words."""
    lacks: list[str] = []
    conditions = []
    for condition in rule.conditions:
        places = finder.places(condition.column.name)
        if places:
            conditions.append((places[0], condition.texts))
        else:
            lacks.append(str(condition.column))
    old = _planned_value(rule.old, finder, lacks)
    new = _planned_value(rule.new, finder, lacks)
    return PlannedRule(rule.field, old, new, tuple(conditions)), lacks


def _planned_value(value: Value, finder: ColumnFinder, lacks: list[str]) -> PlannedValue:
    found = finder.find_all(value.sources)
    if value.sources and not found:
        lacks.append(" or ".join(map(str, value.sources)))
    return PlannedValue(found, value.text)
