"""All that is found out about a file: the one value that is printed and written."""

from dataclasses import dataclass, field

from opsdesk.guess.format_choice import Times
from opsdesk.guess.known_forms import KnownForm
from opsdesk.guess.labels import Priority, Status
from opsdesk.guess.table import Column, Table
from opsdesk.guess.words import has_word
from opsdesk.ingest.column_finder import Alternative


@dataclass
class Findings:
    """What was found out about a file.

    `sources` says which columns are ours, `attributes` which are those of a known form's mapping,
    `reasons` how each was chosen. `times` is by place in the header. `missing` are texts that mean
    blank. `unreadable` are columns whose name says a time that no format reads. `repeated` rows
    have an id that an earlier one has, `backwards` are resolved before they were created.
    `adapted` says what about a known form is different here.
    """

    table: Table
    form: KnownForm | None = None
    sources: dict[str, tuple[Alternative, ...]] = field(default_factory=dict)
    attributes: dict[str, tuple[Alternative, ...]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    times: dict[int, Times] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    priorities: list[Priority] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)
    excluded: list[tuple[str, int]] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    unreadable: list[tuple[str, Column]] = field(default_factory=list)
    repeated: int = 0
    backwards: int = 0
    decimal: str = "."
    adapted: dict[str, str] = field(default_factory=dict)

    def times_of(self, target: str) -> list[Times]:
        """Return what reads the columns of one of our times."""
        places = [one.places[0] for one in self.sources.get(target, ()) if not one.unit]
        return [self.times[place] for place in places if place in self.times]

    def formats(self, target: str) -> tuple[str, ...]:
        """Return the formats of one of our times that a mapping has to list, each once."""
        listed = [one for times in self.times_of(target) for one in times.written]
        return tuple(dict.fromkeys(listed))

    @property
    def in_doubt(self) -> list[str]:
        """Return those of our times whose order of day and month a person must decide."""
        return [name for name in self.sources if any(t.rivals for t in self.times_of(name))]

    @property
    def used(self) -> set[int]:
        """Return the places in the header that a mapping reads."""
        listed = (*self.sources.values(), *self.attributes.values())
        return {place for sources in listed for one in sources for place in one.places}

    @property
    def left_out(self) -> list[Column]:
        """Return the columns that have cells and that nothing reads."""
        used = self.used
        if self.form:
            used |= set(self.form.plan.places)
        return [
            column for column in self.table.columns if column.filled and column.place not in used
        ]

    @property
    def no_work(self) -> list[Status]:
        """Return statuses of an unknown form whose tickets may have to be left out."""
        listed = [] if self.form else self.statuses
        return [one for one in listed if has_word("no_work", one.text)]

    @property
    def zone(self) -> str:
        """Return the zone that the header or the known form's mapping names, or ""."""
        if not self.form:
            return ""
        zones = {one.timezone for one in self.sources.get("created_at", ())}
        return "".join(sorted(zones)[:1]) or self.form.mapping.timezone

    @property
    def needs_zone(self) -> bool:
        """Return whether times have no offset and no zone is named."""
        times = [one for target in self.sources for one in self.times_of(target)]
        return not self.zone and not all(one.is_zoned for one in times)

    @property
    def needs_days(self) -> bool:
        """Return whether all that is open about zones is where a day begins."""
        return not self.needs_zone and self.zone in ("", "UTC")
