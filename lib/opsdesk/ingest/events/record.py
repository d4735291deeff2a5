"""What the record of an ingest says of changes, and the check of what was written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.day_files import Digests, Written
from opsdesk.ingest.events.counts import EventCounts
from opsdesk.lake.columns import event_column_names
from opsdesk.lake.lake import EVENT_COLUMNS, EVENTS_KEY, Lake, Record
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import EVENTS, series_of

# keys of `events` in a record: what of it is of the lake, and not of the last export
DERIVED = "derived"
OF_THE_LAKE = ("digests", EVENT_COLUMNS, DERIVED, "months")
EVENT_DAYS_BEGUN = "event_days_begun"  # key of a record, as signature.BEGUN for tickets


@dataclass(frozen=True)
class Brought:
    """Changes that were put in, changes that stayed from before, and the files written.

    `latest` is the last moment in the days that were written. `derived` tells by which mapping the
    states and targets of all changes in the lake are derived.
    """

    put_in: int
    stayed: int
    written: Written
    latest: datetime | None = None
    derived: str = ""


def events_record(
    counts: EventCounts | None,
    brought: Brought | None,
    before: Record,
    manifests: dict[str, Manifest],
    lake: Lake,
) -> Record:
    """Return what a record says of changes; {} where there are none, and never were.

    Args:
        counts: those of the export of changes, None where none was given.
        brought: what was written, None where the lake keeps what it has.
        before: the last record.
        manifests: the lake as it is now.

    Raises:
        OpsdeskError: the manifests have other changes than were written.
    """
    of_the_lake = {name: held for name, held in manifests.items() if series_of(name) is EVENTS}
    if brought is None or counts is None:
        kept = before.get(EVENTS_KEY)
        if not of_the_lake or not isinstance(kept, dict):
            return {}
        return {EVENTS_KEY: {key: kept[key] for key in OF_THE_LAKE if key in kept}}
    found = sum(manifest.rows for manifest in of_the_lake.values())
    if found != brought.put_in + brought.stayed:
        raise OpsdeskError(
            f"The lake {lake.store.url} was to hold {brought.put_in + brought.stayed:,} changes "
            f"after writing, and its manifests say {found:,}. It does not count as ingested; was a "
            "file or folder of it moved, or replaced by another program? Run 01_ingest again."
        )
    return {EVENTS_KEY: _counted(counts, brought) | _held(brought, of_the_lake, found)}


def _counted(counts: EventCounts, brought: Brought) -> dict[str, Any]:
    # `status` and the notebook read these keys: only add to them
    return {
        "rows": counts.rows,
        "more": counts.more,
        "put_in": brought.put_in,
        "repeats": counts.changes + counts.shared - brought.put_in,
        "unchanged": counts.unchanged,
        "ignored": counts.ignored,
        "rejected": counts.rejects.counts,
        "examples": counts.rejects.examples,
        "footers": counts.rejects.footers,
        "issues": counts.issues,
        "reported": counts.changes,
        "unknown": list(counts.unknown),
        "days_done": brought.written.counts,
    }


def _held(brought: Brought, manifests: dict[str, Manifest], found: int) -> dict[str, Any]:
    return {
        "held": {
            "put in by this export": brought.put_in,
            "stayed from before": brought.stayed,
            "in the lake's manifests": found,
        },
        "digests": brought.written.digests,
        EVENT_COLUMNS: list(event_column_names()),
        DERIVED: brought.derived,
        "months": [
            (name, len(manifest.files), manifest.rows, manifest.size)
            for name, manifest in manifests.items()
        ],
    }


def is_derived_by(record: Record, derivation: str) -> bool:
    """Return whether the changes in the lake have the states and targets of a `derivation`."""
    events = record.get(EVENTS_KEY)
    return isinstance(events, dict) and events.get(DERIVED) == derivation


def event_digests(record: Record) -> Digests:
    """Return what each day of changes in the lake holds, by a record."""
    events = record.get(EVENTS_KEY)
    digests = events.get("digests") if isinstance(events, dict) else None
    return digests if isinstance(digests, dict) else {}
