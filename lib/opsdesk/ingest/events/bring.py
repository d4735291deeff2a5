"""Bringing an export of changes into the lake: read and counted first, written afterwards."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.day_files import Digests, write_days
from opsdesk.ingest.day_rows import Target
from opsdesk.ingest.events.change_sql import select_changes, select_snapshots
from opsdesk.ingest.events.counts import EventCounts, count_events, reconcile_events
from opsdesk.ingest.events.delivery import EventDelivery
from opsdesk.ingest.events.lake_rows import derivation, lake_rows, no_rows
from opsdesk.ingest.events.log import EventLog
from opsdesk.ingest.events.plan import block_of
from opsdesk.ingest.events.record import Brought, is_derived_by
from opsdesk.ingest.events.unknown import count_unknown
from opsdesk.ingest.reading.block_cleaner import BlockCleaner
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reading.export_reader import ExportReader
from opsdesk.ingest.reading.row_cache import FORMAT, RowCache
from opsdesk.ingest.work_database import work_database
from opsdesk.lake.lake import Lake, Record
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import EVENTS, day_of


class EventImport:
    """An export of changes that was read and counted, and is to be written."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, delivery: EventDelivery, moment: datetime, work: Path
    ) -> None:
        """Read every row.

        Raises:
            OpsdeskError: see `reconcile_events`.
        """
        self._con = con
        self._delivery = delivery
        self._work = work
        self.rejects_file = work / "rejects.csv"
        is_newest_first = block_of(delivery.mapping).is_newest_first
        self._log = EventLog(con, is_newest_first=is_newest_first)
        layouts, rows = _read(con, delivery, moment, work)
        is_of_snapshots = delivery.is_of_snapshots
        if is_of_snapshots:
            reported = self._log.take_snapshots(rows, len(layouts))
        else:
            reported = self._log.take_changes(rows)
        self.counts: EventCounts = count_events(
            rows, reported, layouts, self.rejects_file, snapshots=is_of_snapshots
        )
        delivery.ensure_unchanged()  # the text of rejected rows was read from it again
        reconcile_events(delivery.names, self.counts, is_full=delivery.is_full)
        self.days = self._log.touched_days()

    def with_unknown(self, tickets: duckdb.DuckDBPyConnection, known: Sequence[str]) -> EventCounts:
        """Return the counts, with the changes of tickets that are in no table `known` of `tickets`.

        To be asked before `write`, which takes the changes of the lake in.
        """
        unknown = count_unknown(tickets, self._log.tickets(), known)
        return replace(self.counts, unknown=unknown)

    def write(self, lake: Lake, trusted: Digests, before: Record) -> Brought:
        """Write the days that changed since the record `before`; return what was written.

        A full log replaces what the lake has, a delta is added to it. Where the mapping derives
        other states or targets than before, a delta derives those of every day again.
        """
        derived = derivation(self._delivery.mapping)
        touched: frozenset[str] | None = None
        old = 0
        others = 0
        if not self._delivery.is_full:
            names = lake.day_files(EVENTS)
            if is_derived_by(before, derived):
                touched = frozenset(self.days | _interrupted_days(lake))
                names = [name for name in names if day_of(name) in touched]
                others = _rows_of_other_days(lake, touched)
            old = self._log.take_lake(lake.store.local_paths(names, self._work))
        events = self._log.make_events()
        rows = lake_rows(self._con, self._delivery.mapping)
        target = Target(rows, rows.days(), touched)
        written = write_days(target, lake, trusted, self._work)
        latest = max((day.latest for day in target.days.values()), default=None)
        return Brought(events - old, old + others, written, latest, derived)


@contextmanager
def open_events(
    delivery: EventDelivery | None, moment: datetime, work: Path
) -> Iterator[EventImport | None]:
    """Read an export of changes in a work database of its own; None without one.

    Raises:
        OpsdeskError: see `reconcile_events`.
    """
    if delivery is None:
        yield None
        return
    folder = work / "changes"
    folder.mkdir()
    with work_database(folder, delivery.size) as con:
        yield EventImport(con, delivery, moment, folder)


def remove_events(lake: Lake, work: Path) -> Brought | None:
    """Remove the changes of a lake, for a full export without changes; None where it has none."""
    if not _manifests(lake) and not lake.day_files(EVENTS):
        return None
    with duckdb.connect() as con:
        return Brought(0, 0, write_days(Target(no_rows(con), {}), lake, {}, work))


def _read(
    con: duckdb.DuckDBPyConnection, delivery: EventDelivery, moment: datetime, work: Path
) -> tuple[list[Layout], CleanedRows]:
    """Read every record of every file; return where the records are, and their rows."""
    made_by = json.dumps([FORMAT, str(work)])  # of this ingest alone: nothing is cached
    cache = RowCache(con, work / "rows.duckdb", made_by, moment)
    select = select_snapshots if delivery.is_of_snapshots else select_changes
    cleaner = BlockCleaner(con, dict(delivery.plans), moment, select)
    layouts = ExportReader(cleaner, cache, work).read(delivery.files)
    delivery.ensure_unchanged()
    return layouts, cache.rows_of(layouts)


def _manifests(lake: Lake) -> dict[str, Manifest]:
    return lake.manifests(skip_unreadable=True, folders=(EVENTS.folder,))


def _interrupted_days(lake: Lake) -> set[str]:
    """Return the days that do not match their manifest: an earlier try of this delta left them."""
    there = {*lake.day_files(EVENTS)}
    return {day_of(name) for name in lake.faults(_manifests(lake)) if name in there}


def _rows_of_other_days(lake: Lake, touched: frozenset[str]) -> int:
    files = (file for manifest in _manifests(lake).values() for file in manifest.files)
    return sum(file.rows for file in files if file.day not in touched)
