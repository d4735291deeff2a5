"""Step 1: an export becomes the lake.

Every row of it ends in a day file or among the rejects, and that is counted.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from opsdesk.ingest.agents_file import write_agents
from opsdesk.ingest.alarm import OLDER
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.day_files import write_days
from opsdesk.ingest.day_rows import Target
from opsdesk.ingest.delivery import Delivery, open_delivery
from opsdesk.ingest.delta import Merged, merge_with_lake
from opsdesk.ingest.events.bring import open_events, remove_events
from opsdesk.ingest.events.record import event_digests, events_record
from opsdesk.ingest.looks_cut import looks_cut
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.plausibility import find_earliest, judge
from opsdesk.ingest.reading.block_cleaner import BlockCleaner
from opsdesk.ingest.reading.cache_file import NAME, with_cache
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reading.export_reader import ExportReader
from opsdesk.ingest.reading.row_cache import FORMAT, RowCache
from opsdesk.ingest.reconciliation import confirm_lake, count_rows, reconcile
from opsdesk.ingest.record import begun_record, known_span, make_record, origin, unfinished
from opsdesk.ingest.rejects import store_rejects
from opsdesk.ingest.removed import RemovedTickets
from opsdesk.ingest.result import IngestResult
from opsdesk.ingest.signature import (
    is_up_to_date,
    refuse_interrupted,
    refuse_unknown_days,
    trusted_digests,
)
from opsdesk.ingest.source_files import SourceFile
from opsdesk.ingest.suspicions import suspicions
from opsdesk.ingest.verdicts import decide
from opsdesk.ingest.waiting import WaitingTickets
from opsdesk.ingest.work_database import translate_errors, work_database
from opsdesk.instants import read_instant
from opsdesk.lake.lake import Lake, Record
from opsdesk.lake.names import AGENTS_FOLDER, EVENTS, TICKETS


def ingest(
    export: Sequence[SourceFile],
    mapping: Mapping,
    agents: Sequence[SourceFile],
    export_kind: str,
    lake: Lake,
    run_at: str,
    events: Sequence[SourceFile] = (),
) -> IngestResult:
    """Bring an export into the lake.

    Args:
        export: its files.
        mapping: how its columns become ours.
        agents: the file agents_master, or none.
        export_kind: `full` (days it no longer has disappear) or `delta` (rows replace those of the
            same ticket_id).
        lake: where to write.
        run_at: the moment of the run (ISO 8601); later instants are the future.
        events: the files of changes, or none.

    Raises:
        OpsdeskError: anything a person can put right. Nothing that tables are made from has changed
            then, unless the text says that writing was interrupted.
    """
    moment = read_instant("run_at", run_at).replace(tzinfo=None)  # DuckDB's TIMESTAMP, in UTC
    with lake.locked(), lake.store.work_folder() as work:
        delivery = open_delivery(export, mapping, agents, export_kind, work, events)
        record = lake.record()
        if is_up_to_date(record, delivery.signature, moment, lake):
            lake.claim()
            return IngestResult(record, True, lake)
        delivery.check()  # before anything is written
        if not delivery.is_full:
            refuse_interrupted(lake, record, delivery.signature)
        lake.claim()
        return IngestResult(_bring_in(delivery, moment, lake, work), False, lake)


def _bring_in(delivery: Delivery, moment: datetime, lake: Lake, work: Path) -> Record:
    """Write the lake, reading only what has changed since the last full export of one file."""
    write = partial(_write_lake, delivery, moment, lake)
    folder = lake.store.cache_folder
    # the cache follows the last full export; a delta would replace it by its few rows
    is_cached = folder is not None and delivery.is_full and len(delivery.files) == 1
    with translate_errors(work, delivery.size):
        if folder and is_cached:
            return with_cache(folder / NAME, work, delivery.size, write)
        return write(work, work / NAME)


def _write_lake(
    delivery: Delivery, moment: datetime, lake: Lake, work: Path, cache_file: Path
) -> Record:
    rejects_file = work / "rejects.csv"
    before = lake.record()
    with (
        work_database(work, delivery.size) as con,
        open_events(delivery.events, moment, work) as changes,
    ):
        cache = RowCache(con, cache_file, _cache_key(delivery), moment)
        layouts, rows = _read(con, delivery, moment, cache, work)
        delivery.ensure_unchanged()
        earliest = _earliest(delivery, rows, before)
        rows = judge(rows, earliest)
        verdicts = decide(rows)
        cache.store_repeated(verdicts.repeated_ids)
        counts = count_rows(rows, verdicts, layouts, rejects_file)
        delivery.ensure_unchanged()  # the text of rejected rows was read from it again
        reconcile(delivery.names, counts, is_full=delivery.is_full)
        refuse_unknown_days(lake, before)
        waiting = WaitingTickets(con, rows)
        removed = RemovedTickets(con, verdicts)
        # from here on the lake is incomplete; every reader sees that it is being written
        lake.write_record(begun_record(before, delivery, counts, changes.days if changes else ()))
        # what is there is looked at after the claim: another writer may have come before it
        trust = partial(trusted_digests, before, delivery.signature, lake)
        trusted = trust(before.get("digests"))
        known_changes = trust(event_digests(before))
        merged = Merged(Target(verdicts.kept, counts.days))
        if not delivery.is_full:
            merged = merge_with_lake(con, verdicts.kept, waiting, removed, moment, lake, work)
        known = (rows.source, *merged.known)
        changes_read = changes.with_unknown(con, known) if changes else None
        written = write_days(merged.target, lake, trusted, work)
        older = 0 if delivery.is_log else counts.rejects.counts.get(OLDER, 0)
        odd = suspicions(verdicts.kept, delivery.mapping.closed_statuses, counts.issues, older)
        waiting.store(lake, work)
        removed.store(lake, work)
        brought = None
        if changes:
            brought = changes.write(lake, known_changes, before)
        elif delivery.is_full:
            brought = remove_events(lake, work)
        ends = [
            counts.known_until,
            waiting.until(),
            changes_read.known_until if changes_read else None,
        ]
    write_agents(lake, delivery.agents)
    events_file = changes.rejects_file if changes else None
    rejects = store_rejects(lake, rejects_file, events_file, before, delivery.signature)
    manifests = lake.manifests()  # as they are, not as they were meant to be
    # another writer may have come between our writes and this listing
    lake.store.ensure_unchanged(TICKETS.folder)
    lake.store.ensure_unchanged(AGENTS_FOLDER)
    lake.store.ensure_unchanged(EVENTS.folder)
    held = confirm_lake(lake, manifests, counts.kept, merged)
    record = make_record(delivery, counts, rejects, written, manifests)
    record |= origin(before, delivery.kind) | unfinished(before)
    record |= {
        "known": known_span([counts.latest, brought.latest if brought else None], ends),
        "held": held,
        "outdated": merged.outdated,
        "left": merged.left,
        "earliest": earliest.isoformat() if earliest else None,
        "looks_cut": looks_cut(layouts),
    }
    record |= odd
    record |= events_record(changes_read, brought, before, manifests, lake)
    lake.write_record(record)
    return record


def _earliest(delivery: Delivery, rows: CleanedRows, before: Record) -> datetime | None:
    """Return the first plausible instant (UTC): of the mapping, of the last full export, or found.

    A delta has too few rows to tell.
    """
    if delivery.mapping.earliest:
        return delivery.mapping.earliest
    if not delivery.is_full:
        with suppress(KeyError, TypeError, ValueError):  # another version wrote the record
            return datetime.fromisoformat(before["earliest"])
    return find_earliest(rows)


def _cache_key(delivery: Delivery) -> str:
    """Return all that decides how a record of the export is cleaned, but for the moment."""
    signature = delivery.signature
    forms = [[file.header, file.delimiter, file.is_typed] for file in delivery.files]
    return json.dumps([FORMAT, signature["mapping"], signature["cleaning"], forms])


def _read(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    moment: datetime,
    cache: RowCache,
    work: Path,
) -> tuple[list[Layout], CleanedRows]:
    """Read and clean every record of every file; return where the records are, and the rows."""
    cleaner = BlockCleaner(con, delivery.plans, moment)
    layouts = ExportReader(cleaner, cache, work).read(delivery.files)
    return layouts, cache.rows_of(layouts)
