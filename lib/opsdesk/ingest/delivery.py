"""What is to be brought into the lake: an export, how to read it, and the agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.agents import read_agents
from opsdesk.ingest.agents_file import Agent, agents_csv
from opsdesk.ingest.column_plan import ColumnPlan, plan_columns
from opsdesk.ingest.events.delivery import EventDelivery
from opsdesk.ingest.events.plan import block_of
from opsdesk.ingest.export_file import DeliveredFile, ExportFile, fetch_export, read_tables
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.signature import Signature, input_signature
from opsdesk.ingest.source_files import SourceFile
from opsdesk.ingest.timestamps_sql import zones_of

KINDS = ("full", "delta")


@dataclass(frozen=True)
class Delivery:
    """The export's files as delivered, how to read them, the agents, and the export's kind.

    `events` are the files of changes, None where there are none.
    A `full` export is all there is: days that it does not have disappear from the lake. The rows of
    a `delta` replace those of the same ticket_id.
    """

    delivered: list[DeliveredFile]
    mapping: Mapping
    agents: list[Agent]
    kind: str
    work: Path  # a folder for what must be converted
    events: EventDelivery | None = None

    @property
    def is_full(self) -> bool:
        """Return whether it is a full export."""
        return self.kind == "full"

    @property
    def is_log(self) -> bool:
        """Return whether it is the log of snapshots as well, in which older rows are expected."""
        if self.events is None or not self.events.is_of_snapshots:
            return False
        logged = {file.digest for file in self.events.delivered}
        return {file.digest for file in self.delivered} <= logged

    @cached_property
    def files(self) -> list[ExportFile]:
        """Return the tables of the files, converted to CSV text where they are not.

        They are first asked for where there is something to do: converting takes a while.

        Raises:
            OpsdeskError: one cannot be read with this mapping.
        """
        reading = reading_of(self.mapping)
        tables = (read_tables(delivered, reading, self.work) for delivered in self.delivered)
        return list(chain.from_iterable(tables))

    @cached_property
    def plans(self) -> dict[str, ColumnPlan]:
        """Return which columns of each table become ours, by the table's name.

        Raises:
            OpsdeskError: one cannot be read with this mapping.
        """
        return {file.name: _plan(self.mapping, file) for file in self.files}

    def check(self) -> None:
        """Open every file and check it against the mapping.

        Raises:
            OpsdeskError: see `plans`.
        """
        _ = self.plans
        if self.events:
            self.events.check()

    @property
    def size(self) -> int:
        """Return the bytes of its files as plain text."""
        return sum(file.plain.stat().st_size for file in self.files)

    @property
    def names(self) -> str:
        """Return the files as messages name them."""
        return ", ".join(file.name for file in self.files)

    @property
    def zone(self) -> dict[str, str]:
        """Return the zone of times without one, and who named it: header, mapping or run."""
        zones = sorted({zone for plan in self.plans.values() for zone in zones_of(plan)})
        named = ", ".join(zones) or self.mapping.timezone
        is_own = zones and zones != [self.mapping.timezone]
        return {"timezone": named, "from": "header" if is_own else self.mapping.zone_from}

    @property
    def sources(self) -> dict[str, str]:
        """Return the export's columns of each of our columns."""
        return {name: text for plan in self.plans.values() for name, text in plan.shown.items()}

    @property
    def notes(self) -> list[str]:
        """Return sentences on what was assumed, and on what the mapping names in vain."""
        assumed = [note for file in self.files for note in file.text.notes]
        notes = [*assumed, *(note for plan in self.plans.values() for note in plan.notes)]
        return notes + (self.events.notes if self.events else [])

    def ensure_unchanged(self) -> None:
        """Check, after reading, that no file of the export has changed since it was opened.

        Raises:
            OpsdeskError: one was.
        """
        for file in self.delivered:
            file.ensure_unchanged()

    @cached_property
    def signature(self) -> Signature:
        """Return all that decides what an ingest of it writes, but for the moment of the run."""
        agents = agents_csv(self.agents)
        events = self.events.delivered if self.events else None
        return input_signature(self.delivered, self.mapping, agents, self.kind, events)


def reading_of(mapping: Mapping) -> Reading:
    """Return how the files of an export are read, as its mapping says."""
    # a pattern may fit any column
    sources = [source for listed in mapping.columns.values() for source in listed]
    has_patterns = any(source.pattern for source in sources)
    return Reading(
        delimiter=mapping.delimiter,
        encoding=mapping.encoding,
        sheet=mapping.sheet,
        header_row=mapping.header_row,
        wanted=None if has_patterns else mapping.source_names,
    )


def _plan(mapping: Mapping, file: ExportFile) -> ColumnPlan:
    return plan_columns(
        mapping, file.header, file.shown, typed=file.is_typed, others=file.text.others
    )


def open_delivery(
    export: Sequence[SourceFile],
    mapping: Mapping,
    agents: Sequence[SourceFile],
    kind: str,
    work: Path,
    events: Sequence[SourceFile] = (),
) -> Delivery:
    """Fetch every file and read the agents.

    Raises:
        OpsdeskError: an unknown kind, a file that is not there, agents that cannot be read, or
            changes that the mapping does not know.
    """
    if kind not in KINDS:
        raise OpsdeskError(f"export_kind: {kind!r} is neither full nor delta.")
    changes = None
    if events:
        block_of(mapping)
        changes = EventDelivery(_fetch_files(events, work), mapping, kind, work)
    delivered = _fetch_files(export, work)
    return Delivery(delivered, mapping, read_agents(agents, work), kind, work, changes)


def _fetch_files(sources: Sequence[SourceFile], work: Path) -> list[DeliveredFile]:
    # rejects call a file by its name, or by its path where two have the same name
    is_unique = len({source.name for source in sources}) == len(sources)
    return [
        fetch_export(source, work, source.name if is_unique else source.shown) for source in sources
    ]
