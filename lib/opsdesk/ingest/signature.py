"""Whether an ingest would change anything: what decides it, and what the last one recorded."""

import hashlib
from datetime import datetime
from typing import Any

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.events.record import EVENT_DAYS_BEGUN, event_digests
from opsdesk.ingest.export_file import DeliveredFile
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.rejects import EVENT_FILES
from opsdesk.instants import zone_digest, zone_release
from opsdesk.lake.lake import MISSING, Lake, Record, not_as_left, refuse_other_columns
from opsdesk.lake.manifest import lake_digest
from opsdesk.lake.names import EVENTS, REJECTS_FOLDER, REMOVED, TICKETS, WAITING, Series, day_of

# raise it when the same export would give another lake: then no lake counts as up to date
CLEANING = 5
Signature = dict[str, Any]
BEGUN = "days_begun"  # key of a record: days that unfinished ingests may have written
ABOUT = {
    WAITING: "the tickets that wait for their moment",
    REMOVED: "the tickets that left the lake",
}
SHOWN = {"rows", "kept", "examples", "months", "held"}  # keys of a record that a notebook shows


def input_signature(
    files: list[DeliveredFile],
    mapping: Mapping,
    agents: bytes,
    kind: str,
    events: list[DeliveredFile] | None = None,
) -> Signature:
    """Return all that decides what an ingest writes, but for the moment of the run."""
    changes = {} if events is None else {EVENT_FILES: [[file.name, file.digest] for file in events]}
    return {
        "files": [[file.name, file.digest] for file in files],
        "mapping": [mapping.name, hashlib.sha256(mapping.path.read_bytes()).hexdigest()],
        "agents": hashlib.sha256(agents).hexdigest(),
        "kind": kind,
        # DuckDB's digests and its reading of numbers may differ between versions
        "cleaning": [CLEANING, duckdb.__version__, *_zone_of(mapping)],
        **changes,
    }


def _zone_of(mapping: Mapping) -> list[str]:
    """Return what decides how times without a zone are read, but for the headers."""
    sources = [source for listed in mapping.columns.values() for source in listed]
    sources += mapping.events.sources if mapping.events else []
    # a zone in a header is read with the same release of the zones' data
    release = [zone_release()] if any(source.pattern for source in sources) else []
    events = mapping.events.of_the_file.get("timezone") if mapping.events else None
    return [zone_digest(mapping.timezone), *release, *([zone_digest(events)] if events else [])]


def is_up_to_date(record: Record, signature: Signature, moment: datetime, lake: Lake) -> bool:
    """Return whether the lake is, to the byte, what an ingest at this moment (UTC) would make."""
    if record.get("signature") != signature or "writing" in record:
        return False
    manifests = lake.manifests(skip_unreadable=True)
    try:
        since, until = record["known"]
        rejects = {name: tuple(sums) for name, sums in record["rejects"].items()}
        is_of_lake = record["lake"] == lake_digest(manifests) and record.keys() >= SHOWN
        # ISO texts of UTC instants compare as the instants do
        now = moment.isoformat()
        is_timely = (since is None or since <= now) and (until is None or now < until)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False  # another version wrote the record, or a person did
    if not is_timely or not is_of_lake or lake.faults(manifests):
        return False
    found = lake.store.checksums(REJECTS_FOLDER)
    return {name: found.get(name) for name in rejects} == rejects


def trusted_digests(
    record: Record, signature: Signature, lake: Lake, digests: object
) -> dict[str, Any]:
    """Return what each day of the lake holds, by `digests` in the record of the last ingest.

    Nothing is trusted of one that was interrupted, that cleaned by other rules, or that left
    another lake than the one that is there: then every day is written again.
    """
    last = record.get("signature")
    if not isinstance(last, dict) or not isinstance(digests, dict) or "writing" in record:
        return {}
    if record.get("lake") != lake_digest(lake.manifests(skip_unreadable=True)):
        return {}
    return digests if last.get("cleaning") == signature["cleaning"] else {}


def refuse_interrupted(lake: Lake, record: Record, signature: Signature) -> None:
    """Refuse a delta into a lake that another ingest left incomplete.

    A delta can finish what its own interrupted try left. It does not hold the other tickets.

    Raises:
        OpsdeskError: the lake is incomplete.
    """
    refuse_other_columns(lake, "this delta")
    if record.get("writing", signature) != signature:
        raise OpsdeskError(
            f"An ingest of {record['writing']['files'][0][0]} into the lake {lake.store.url} was "
            "interrupted: run it again, or a full export; then this delta."
        )
    manifests = lake.manifests()
    if "writing" not in record and record.get("lake", "") not in ("", lake_digest(manifests)):
        raise OpsdeskError(not_as_left(lake) + "Run a full export, then this delta.")
    found = lake.store.checksums(REJECTS_FOLDER)
    rejects = record.get("rejects")
    for name, about in ABOUT.items():
        there = found.get(name)
        noted = rejects.get(name) if isinstance(rejects, dict) else None
        if "writing" not in record and (there and list(there)) != noted:
            raise OpsdeskError(
                f"The lake {lake.store.url} is incomplete: {name}, {about}, is missing or was "
                "edited. Run a full export, then this delta."
            )
    # files that our own try wrote are at fault too, but it did not remove any before its manifest
    for name, fault in lake.faults(manifests).items():
        if "writing" not in record or fault == MISSING:
            raise OpsdeskError(
                f"The lake {lake.store.url} is incomplete: {name} {fault}. Run the ingest that was "
                "interrupted again, or a full export; then this delta."
            )


def refuse_unknown_days(lake: Lake, record: Record) -> None:
    """Refuse a lake with a day file that no manifest and no record lists: it is not ours.

    Raises:
        OpsdeskError: there is such a file. Nothing was written.
    """
    is_listed = BEGUN in record  # an earlier version did not list its days
    if "writing" in record and (lake.store.or_at_work or not is_listed):
        return  # in a bucket, what an overtaken ingest has sent may come after any list
    known = {*_keys(record, "digests"), *_keys(record, BEGUN)}
    begun = {*event_digests(record), *_keys(record, EVENT_DAYS_BEGUN)}
    unknown = [*_unknown_files(lake, TICKETS, known), *_unknown_files(lake, EVENTS, begun)]
    if unknown:
        raise OpsdeskError(
            f"The lake {lake.store.url} holds {unknown[0]}, which no manifest and no record of an "
            f"ingest lists ({len(unknown):,} such files): opsdesk cannot tell whether it made it, "
            "and writes nothing. Move it away (or delete it, if it is of an earlier lake), "
            "then run 01_ingest again."
        )


def _unknown_files(lake: Lake, series: Series, known: set[str]) -> list[str]:
    """Return the day files of a series whose day is neither `known` nor in a manifest."""
    days = set(known)
    for manifest in lake.manifests(skip_unreadable=True, folders=(series.folder,)).values():
        days.update(file.day for file in manifest.files)
    return [name for name in lake.day_files(series) if day_of(name) not in days]


def _keys(record: Record, key: str) -> list[str]:
    """Return what a record lists under `key`, nothing where it lists nothing."""
    listed = record.get(key)
    return list(listed) if isinstance(listed, dict | list) else []
