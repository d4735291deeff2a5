"""The files of an export of changes, and how to read them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.change_rules import SNAPSHOTS
from opsdesk.ingest.events.plan import EventPlan, block_of, plan_file, reading_of
from opsdesk.ingest.export_file import DeliveredFile, ExportFile, read_tables
from opsdesk.ingest.mapping import Mapping


@dataclass(frozen=True)
class EventDelivery:
    """The files of changes as delivered, and how to read them. `kind` is full or delta."""

    delivered: list[DeliveredFile]
    mapping: Mapping
    kind: str
    work: Path  # a folder for what must be converted

    @property
    def is_full(self) -> bool:
        """Return whether it is the whole log."""
        return self.kind == "full"

    @property
    def is_of_snapshots(self) -> bool:
        """Return whether its rows are snapshots, whose differences are the changes."""
        return block_of(self.mapping).form == SNAPSHOTS

    @cached_property
    def files(self) -> list[ExportFile]:
        """Return the tables of the files, converted to CSV text where they are not.

        Raises:
            OpsdeskError: one cannot be read with this mapping.
        """
        reading = reading_of(self.mapping)
        tables = (read_tables(delivered, reading, self.work) for delivered in self.delivered)
        return list(chain.from_iterable(tables))

    @cached_property
    def plans(self) -> dict[str, EventPlan]:
        """Return which columns of each table are read, by the table's name.

        Raises:
            OpsdeskError: one cannot be read with this mapping.
        """
        return {file.name: plan_file(self.mapping, file) for file in self.files}

    def check(self) -> None:
        """Open every file and check it against the mapping.

        Raises:
            OpsdeskError: see `plans`; or snapshots are delivered bit by bit.
        """
        if self.is_of_snapshots and not self.is_full:
            raise OpsdeskError(
                f"{self.mapping.shown} reads the changes from snapshots, and export_kind is delta: "
                "the first snapshot of a delta would have nothing before it. Deliver the whole log "
                'with export_kind: "full".'
            )
        _ = self.plans

    @property
    def size(self) -> int:
        """Return the bytes of its files as plain text."""
        return sum(file.plain.stat().st_size for file in self.files)

    @property
    def names(self) -> str:
        """Return the files as messages name them."""
        return ", ".join(file.name for file in self.files)

    @property
    def notes(self) -> list[str]:
        """Return sentences on what was assumed, and on what the files lack."""
        assumed = [note for file in self.files for note in file.text.notes]
        return [*assumed, *(note for plan in self.plans.values() for note in plan.notes)]

    def ensure_unchanged(self) -> None:
        """Check, after reading, that no file has changed since it was opened.

        Raises:
            OpsdeskError: one was.
        """
        for file in self.delivered:
            file.ensure_unchanged()
