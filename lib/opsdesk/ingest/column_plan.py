"""Which columns of one header become ours: a mapping, applied to the header of a file."""

from dataclasses import dataclass
from functools import cached_property

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.column_finder import Alternative, ColumnFinder, Header
from opsdesk.ingest.export_header import missing_columns
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.mapping_exclude import ExcludeRule
from opsdesk.ingest.mapping_sources import Source


@dataclass(frozen=True)
class ColumnPlan:
    """What of a file with this header is read, and as what.

    `targets` and `attributes` give the alternatives of each of our columns, in their order.
    `excluded` are the rules that apply, with the places they look at. `typed`: dates of the file
    are no texts. `notes` says in sentences what the header does not have.
    """

    mapping: Mapping
    header: Header
    targets: dict[str, tuple[Alternative, ...]]
    attributes: dict[str, tuple[Alternative, ...]]
    excluded: tuple[tuple[ExcludeRule, tuple[int, ...]], ...]
    notes: tuple[str, ...]
    typed: bool = False

    @cached_property
    def places(self) -> list[int]:
        """Return the places of every column that is read, each once, in order."""
        found = {place for _, places in self.excluded for place in places}
        for alternatives in (*self.targets.values(), *self.attributes.values()):
            for alternative in alternatives:
                found.update(alternative.places)
                found.update(place for place, _ in alternative.conditions)
        return sorted(found)

    @property
    def has_targets(self) -> bool:
        """Return whether tickets of this file can have an SLA target at all."""
        has_column = "sla_hours" in self.targets or "due_at" in self.targets
        by_priority = bool(self.mapping.sla_hours_by_priority)
        return has_column or by_priority or self.has_targets_in_days

    @property
    def has_targets_in_days(self) -> bool:
        """Return whether tickets of this file can have an SLA target in days."""
        return "sla_days" in self.targets or bool(self.mapping.sla_days_by_priority)

    def zone(self, target: str) -> str:
        """Return the zone of the times without one in one of our columns."""
        zones = {alternative.timezone for alternative in self.targets[target]}
        return zones.pop() or self.mapping.timezone

    @property
    def shown(self) -> dict[str, str]:
        """Return the export's columns of each of our columns, as a person reads them."""
        listed = {**self.targets, **self.attributes}
        return {name: ", ".join(map(self._shown, found)) for name, found in listed.items()}

    def _shown(self, alternative: Alternative) -> str:
        return " + ".join(self.header[place] for place in alternative.places)


def plan_columns(
    mapping: Mapping,
    header: Header,
    shown: str,
    *,
    typed: bool = False,
    others: tuple[str, ...] = (),
) -> ColumnPlan:
    """Return the plan for a file.

    Args:
        shown: what messages call it.
        typed: whether its dates are no texts.
        others: columns of the file that were left out of the header, for messages.

    Raises:
        OpsdeskError: a column that is needed is missing, or is there twice.
    """
    finder = ColumnFinder(header, shown)
    notes: list[str] = []
    targets: dict[str, tuple[Alternative, ...]] = {}
    attributes: dict[str, tuple[Alternative, ...]] = {}
    missing: list[tuple[Source, ...]] = []
    for found, columns in ((targets, mapping.columns), (attributes, mapping.attributes)):
        for target, sources in columns.items():
            alternatives = finder.find_all(sources)
            if alternatives:
                found[target] = alternatives
            elif target in mapping.optional:
                notes.append(f"{shown} has no column for {target} (looked for {_or(sources)}).")
            else:
                missing.append(sources)
    if missing:
        names = list(map(_or, missing))
        raise missing_columns(header, names, mapping.shown, shown, others, mapping.delimiter)
    excluded = _excluded(mapping, finder, notes)
    plan = ColumnPlan(mapping, header, targets, attributes, excluded, tuple(notes), typed)
    _check(plan, shown)
    return plan


def _or(sources: tuple[Source, ...]) -> str:
    return " or ".join(map(str, sources))


def _excluded(
    mapping: Mapping, finder: ColumnFinder, notes: list[str]
) -> tuple[tuple[ExcludeRule, tuple[int, ...]], ...]:
    found = []
    for rule in mapping.exclude:
        places = tuple(place for name in rule.columns for place in finder.places(name))
        if places:
            found.append((rule, places))
        else:
            notes.append(
                f"{finder.shown} has no column {' or '.join(map(repr, rule.columns))}: "
                f"the rule {rule.name!r} excluded nothing."
            )
    return tuple(found)


def _check(plan: ColumnPlan, shown: str) -> None:
    for target, alternatives in plan.targets.items():
        zones = sorted({alternative.timezone for alternative in alternatives})
        if len(zones) > 1:
            raise OpsdeskError(
                f"{shown} has columns in different zones for {target} ({', '.join(zones)}): "
                f"name one of them in {plan.mapping.shown}."
            )
        has_texts = any(not alternative.unit for alternative in alternatives)
        is_time = target.endswith("_at")
        if is_time and has_texts and not plan.typed and not plan.mapping.formats(target):
            raise OpsdeskError(
                f"{plan.mapping.shown} lists no format for {target}, and {shown} holds its times "
                'as texts: add one to `timestamps`, such as "%Y-%m-%d %H:%M:%S".'
            )
