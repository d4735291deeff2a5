"""What a mapping says of an export of changes: which rows report a change, of what, to what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from opsdesk.ingest.mapping_sources import ColumnName, Condition, Source

FIELDS = ("status", "priority", "agent_id", "team")  # those whose changes are kept
CHANGES = "changes"
SNAPSHOTS = "snapshots"


@dataclass(frozen=True)
class Value:
    """Where the value of a field comes from: the first source that is not blank, or a fixed text.

    Without both it is not in the export.
    """

    sources: tuple[Source, ...] = ()
    text: str = ""

    @property
    def is_given(self) -> bool:
        """Return whether the export says it."""
        return bool(self.sources or self.text)


@dataclass(frozen=True)
class ChangeRule:
    """A row in which the conditions are met reports a change of `field` from `old` to `new`."""

    field: str
    old: Value
    new: Value
    conditions: tuple[Condition, ...] = ()

    @property
    def names(self) -> Iterator[ColumnName]:
        """Yield every column that it names."""
        for source in (*self.old.sources, *self.new.sources):
            yield from source.names
        yield from (condition.column for condition in self.conditions)


@dataclass(frozen=True)
class Events:
    """A checked block `events:`.

    Of `snapshots`, each rule has a field's value as `new`. `named_by` are the sources of the name
    of the field that a row is about. `each` is the path of the lists in a JSON object whose
    elements are rows. `values` translate what the log writes otherwise than the export of tickets.
    `of_the_file` has the keys that differ from those of the mapping.
    """

    form: str
    columns: dict[str, tuple[Source, ...]]
    rules: tuple[ChangeRule, ...]
    named_by: tuple[Source, ...] = ()
    each: str = ""
    is_newest_first: bool = False
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    timestamps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] | None = None
    of_the_file: dict[str, Any] = field(default_factory=dict)

    @property
    def source_names(self) -> tuple[str, ...]:
        """Return every column that is named, each once."""
        listed = [*self.columns.values(), self.named_by]
        names = [each.name for sources in listed for source in sources for each in source.names]
        names += [column.name for rule in self.rules for column in rule.names]
        return tuple(dict.fromkeys(names))

    @property
    def sources(self) -> Iterator[Source]:
        """Yield every source."""
        for listed in (*self.columns.values(), self.named_by):
            yield from listed
        for rule in self.rules:
            yield from (*rule.old.sources, *rule.new.sources)
