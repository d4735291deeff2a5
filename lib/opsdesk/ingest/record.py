"""The record of an ingest: what the next one, `opsdesk status` and the notebook need to know."""

from datetime import datetime

from opsdesk.checksums import Checksum
from opsdesk.ingest.day_files import Written
from opsdesk.ingest.delivery import Delivery
from opsdesk.ingest.reconciliation import Counts
from opsdesk.lake.lake import Record
from opsdesk.lake.manifest import Manifest, lake_digest
from opsdesk.lake.names import is_month_partition


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
        "examples": counts.rejects.examples,
        "rejects": rejects,
        "issues": counts.issues,
        "agents": len(delivery.agents),
        "months": [
            (name, len(manifest.files), manifest.rows, manifest.size)
            for name, manifest in manifests.items()
            if is_month_partition(name)
        ],
        "days_done": written.counts,
        "digests": written.digests,
    }


def known_span(since: datetime | None, until: datetime | None) -> list[str | None]:
    """Return, for the record, from and until when (UTC) the lake is what it is."""
    return [moment.isoformat() if moment else None for moment in (since, until)]
