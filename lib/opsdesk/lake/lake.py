"""The lake: one normalised CSV per day, one manifest per month that is written last.

The list of agents, the rejected rows and the record of the last ingest are next to the months.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opsdesk.checksums import Checksum
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import parse_json
from opsdesk.lake.columns import event_column_names, ticket_column_names
from opsdesk.lake.manifest import DataFile, Manifest, describe_file, read_manifest
from opsdesk.lake.names import (
    DATA_FOLDERS,
    MARK,
    RECORD,
    TICKETS,
    Series,
    folder_of,
    is_data_file,
    is_manifest,
    manifest_name,
)
from opsdesk.lake.store import Store
from opsdesk.marks.mark import Mark, find_mark, new_mark, refuse_foreign

MISSING = "is missing"
KIND = "lake"  # in its mark
COLUMNS = "columns"  # key of a record: the columns of the day files of tickets
EVENTS_KEY = "events"  # key of a record: what it says of changes
EVENT_COLUMNS = "columns"  # key there: the columns of the day files of changes
Record = dict[str, Any]  # JSON that an earlier version or a person may have written


class Lake:
    """Day files and manifests in a store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @contextmanager
    def locked(self, wait: float = 0) -> Iterator[None]:
        """Keep other steps away for the block, see `Store.locked`.

        Raises:
            OpsdeskError: the place holds something and is not our lake. Not even a lock file was
                put there.
        """
        refuse_foreign(self.store, KIND, self._is_of_an_earlier_version)
        with self.store.locked(wait):
            yield

    def claim(self) -> None:
        """Mark the lake as ours, within `locked`, if it bears no mark yet."""
        if self.mark() is None:
            self.store.write(MARK, new_mark(KIND).content)

    def _is_of_an_earlier_version(self) -> bool:
        """Return whether there is a lake that was made before lakes had marks."""
        record = self.record()
        if "signature" in record or "writing" in record:
            return True
        return bool(self.manifests(skip_unreadable=True))

    @property
    def place(self) -> str:
        """Return where the lake is, as no other lake of this machine is called."""
        return self.store.place

    def mark(self) -> Mark | None:
        """Return the lake's mark, None where it has none."""
        return find_mark(self.store, KIND)

    def manifests(
        self, *, skip_unreadable: bool = False, folders: tuple[str, ...] = DATA_FOLDERS
    ) -> dict[str, Manifest]:
        """Return the committed partitions below `folders` by name: tickets, agents, changes.

        Raises:
            OpsdeskError: a manifest cannot be read, unless such are to be skipped.
        """
        names: list[str] = []
        for folder in folders:
            names += filter(is_manifest, self.store.names(folder))
        found = {}
        for name, content in self.store.read_all(names).items():
            try:
                manifest = read_manifest(name, content)
            except ValueError:
                if skip_unreadable:
                    continue
                raise OpsdeskError(
                    f"The manifest {self.store.url}/{name} cannot be read or was edited: "
                    "run 01_ingest with a full export again."
                ) from None
            found[manifest.partition] = manifest
        return found

    def day_files(self, series: Series = TICKETS) -> list[str]:
        """Return the names of all day files of a series, sorted."""
        return [name for name in self.store.names(series.folder) if series.is_day_file(name)]

    def faults(self, manifests: dict[str, Manifest]) -> dict[str, str]:
        """Return what is incomplete: name to a few words, for each object that is not as promised.

        An object is at fault when it differs from its manifest, is missing, or has no manifest.
        """
        faults = {}
        actual: dict[str, Checksum] = {}
        for folder in DATA_FOLDERS:
            actual |= self.store.checksums(folder)
        for manifest in manifests.values():
            for file in manifest.files:
                name = f"{folder_of(manifest.partition)}/{file.file}"
                found = actual.pop(name, None)
                if found is None:
                    faults[name] = MISSING
                elif found != file.checksum:
                    faults[name] = "does not match its manifest"
        strays = [name for name in actual if is_data_file(name)]
        return faults | dict.fromkeys(strays, "is in no manifest")

    def write_manifest(self, manifest: Manifest) -> None:
        """Commit a partition whose files are written; remove the manifest of an empty one."""
        # the manifest promises files, so it comes after them
        self.store.settle()
        self.store.ensure_alone()
        name = manifest_name(manifest.partition)
        if manifest.files:
            self.store.write(name, manifest.content)
        else:
            self.store.delete(name)
        self.store.settle()

    def write_file(self, partition: str, file: str, rows: int, content: bytes) -> DataFile:
        """Write one file of a partition and return its line for the manifest."""
        self.store.write(f"{folder_of(partition)}/{file}", content)
        return describe_file(file, rows, content)

    def record(self) -> Record:
        """Return what the last ingest wrote about itself, {} where it is missing or unreadable."""
        try:
            record = parse_json(self.store.read(RECORD))
        except (FileNotFoundError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def write_record(self, record: Record) -> None:
        """Write `record` for the next ingest and for `opsdesk status`, one line per key.

        It is the last write of an ingest.
        """
        self.store.settle()
        entries = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in record.items())
        lines = ",\n".join(entries)
        self.store.write(RECORD, f"{{\n{lines}\n}}\n".encode())


def refuse_other_columns(lake: Lake, then: str) -> None:
    """Refuse a lake whose day files have other columns than those of today.

    Raises:
        OpsdeskError: an ingest of another version wrote them; `then` is what to do afterwards.
    """
    record = lake.record()
    events = record.get(EVENTS_KEY)
    differs = "signature" in record and record.get(COLUMNS) != list(ticket_column_names())
    if isinstance(events, dict) and events.get(EVENT_COLUMNS) != list(event_column_names()):
        differs = True
    if differs:
        raise OpsdeskError(
            f"The day files of the lake {lake.store.url} have other columns than this version of "
            f"opsdesk reads: another one wrote them. Run 01_ingest with a full export, then {then}."
        )


def not_as_left(lake: Lake) -> str:
    """Return the sentence for a lake whose manifests are not those that its record names."""
    return (
        f"The lake {lake.store.url} is not as its last ingest left it: its manifests and its "
        f"record {RECORD} are of two moments (a backup, or a month that was removed by hand?). "
    )
