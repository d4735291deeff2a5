"""The record of an ingest: what the next one, `opsdesk status` and the notebook need to know."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from opsdesk.checksums import Checksum
from opsdesk.ingest.day_files import Written
from opsdesk.ingest.delivery import Delivery
from opsdesk.ingest.events.record import EVENT_DAYS_BEGUN
from opsdesk.ingest.reconciliation import Counts
from opsdesk.ingest.rejects import listed_reject_files
from opsdesk.ingest.signature import BEGUN
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.lake import COLUMNS, Record
from opsdesk.lake.manifest import Manifest, lake_digest
from opsdesk.lake.names import FOR_DELTAS, TICKETS, series_of

BEGAN = "began"  # key of a record


def make_record(
    delivery: Delivery,
    counts: Counts,
    rejects: dict[str, Checksum],
    written: Written,
    manifests: dict[str, Manifest],
) -> Record:
    """Return the record of an ingest that has written the lake.

    Args:
        rejects: the files of rejected rows in the lake, by name.
        manifests: the lake as it is now.
    """
    # `status`, the notebook and older versions read these keys: only add to them
    return {
        "signature": delivery.signature,
        "lake": lake_digest(manifests),
        "rows": counts.rows,
        "kept": counts.kept,
        "rejected": counts.rejects.counts,
        "excluded": counts.excluded,
        "examples": counts.rejects.examples,
        "footers": counts.rejects.footers,
        "rejects": rejects,
        "issues": counts.issues,
        "zone": delivery.zone,
        "sources": delivery.sources,
        "notes": delivery.notes,
        "agents": len(delivery.agents),
        "months": [
            (name, len(manifest.files), manifest.rows, manifest.size)
            for name, manifest in manifests.items()
            if series_of(name) is TICKETS
        ],
        "days_done": written.counts,
        "digests": written.digests,
        COLUMNS: list(ticket_column_names()),
    }


def begun_record(
    last: Record, delivery: Delivery, counts: Counts, event_days: Collection[str]
) -> Record:
    """Return the record while an ingest writes: the `last` one, and what is being written.

    `event_days` are those on which something changes.
    A later ingest finds in it which files are ours, should this one never end.
    """
    begun = {*counts.days, *unfinished(last).get(BEGUN, [])}
    files: dict[str, Any] = dict.fromkeys(sorted(listed_reject_files(last)))
    rejects = last.get("rejects")
    for name in FOR_DELTAS:
        if isinstance(rejects, dict) and name in rejects:
            files[name] = rejects[name]  # it stays what it was until it is written again
    now = {"writing": delivery.signature, BEGUN: sorted(begun), "rejects": files}
    changes = {*event_days, *unfinished(last).get(EVENT_DAYS_BEGUN, [])}
    if changes:
        now[EVENT_DAYS_BEGUN] = sorted(changes)
    return last | now


def origin(last: Record, kind: str) -> Record:
    """Return how the lake began: with a `full` export, which is the whole truth, or a `delta`."""
    if kind == "full":
        return {BEGAN: kind}
    signature = last.get("signature")
    before = signature.get("kind", kind) if isinstance(signature, dict) else kind
    return {BEGAN: last.get(BEGAN, before)}


def unfinished(last: Record) -> Record:
    """Return what the record still has to say of ingests that did not end; {} where all did.

    What such an ingest has sent to a bucket may arrive late.
    """
    if "writing" not in last:
        return {}
    keys = (BEGUN, EVENT_DAYS_BEGUN)
    return {key: last[key] for key in keys if isinstance(last.get(key), list)}


def known_span(
    instants: Iterable[datetime | None], ends: Iterable[datetime | None]
) -> list[str | None]:
    """Return, for the record, from and until when (UTC) the lake is what it is.

    That is from the last of `instants` until the first of `ends`.
    """
    since = max(filter(None, instants), default=None)
    until = min(filter(None, ends), default=None)
    return [moment.isoformat() if moment else None for moment in (since, until)]
