"""What is to be brought into the lake: an export, how to read it, and the agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.agents import read_agents
from opsdesk.ingest.agents_file import Agent, agents_csv
from opsdesk.ingest.column_finder import Header
from opsdesk.ingest.column_plan import ColumnPlan, plan_columns
from opsdesk.ingest.export_file import ExportFile, open_export
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.signature import Signature, input_signature
from opsdesk.ingest.source_files import SourceFile
from opsdesk.ingest.timestamps_sql import zones_of

KINDS = ("full", "delta")


@dataclass(frozen=True)
class Delivery:
    """The export's files, opened and checked, how to read them, the agents, and the export's kind.

    `plans` says for each header which of its columns become ours.

    A `full` export is all there is: days that it does not have disappear from the lake. The rows of
    a `delta` replace those of the same ticket_id.
    """

    files: list[ExportFile]
    plans: dict[Header, ColumnPlan]
    mapping: Mapping
    agents: list[Agent]
    kind: str

    @property
    def is_full(self) -> bool:
        """Return whether it is a full export."""
        return self.kind == "full"

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
        """Return in sentences what the mapping names and the files do not have."""
        return [note for plan in self.plans.values() for note in plan.notes]

    def ensure_unchanged(self) -> None:
        """Check, after reading, that no file of the export has changed since it was opened.

        Raises:
            OpsdeskError: one was.
        """
        for file in self.files:
            file.ensure_unchanged()

    @cached_property
    def signature(self) -> Signature:
        """Return all that decides what an ingest of it writes, but for the moment of the run."""
        agents = agents_csv(self.agents)
        return input_signature(self.files, self.mapping, agents, self.kind)


def open_delivery(
    export: Sequence[SourceFile],
    mapping: Mapping,
    agents: Sequence[SourceFile],
    kind: str,
    work: Path,
) -> Delivery:
    """Open every file and check it against the mapping, before any is read.

    Raises:
        OpsdeskError: an unknown kind, or a file that cannot be read with this mapping.
    """
    if kind not in KINDS:
        raise OpsdeskError(f"export_kind: {kind!r} is neither full nor delta.")
    files = _open_files(export, mapping, work)
    plans = {file.header: plan_columns(mapping, file.header, file.shown) for file in files}
    return Delivery(files, plans, mapping, read_agents(agents, work), kind)


def _open_files(sources: Sequence[SourceFile], mapping: Mapping, work: Path) -> list[ExportFile]:
    # rejects call a file by its name, or by its path where two have the same name
    is_unique = len({source.name for source in sources}) == len(sources)
    files = []
    for source in sources:
        name = source.name if is_unique else source.shown
        files.append(open_export(source, mapping.delimiter, work, name))
    return files
