"""Above which share of rejected rows, or of changes of unknown tickets, nothing is published."""

from opsdesk.ingest.alarm import percent, rejected_sentence, rejected_share
from opsdesk.ingest.events.summary import (
    rejected_change_share,
    rejected_changes_sentence,
    unknown_change_share,
    unknown_changes,
    unknown_changes_sentence,
)
from opsdesk.lake.lake import Record

FEWEST_UNKNOWN = 20  # changes: a small delta may well have a change of a ticket that left


def why_held_back(record: Record, max_rejected_share: str) -> str | None:
    """Return why what the last ingest left (the lake's `record`) is not published, if it is not."""
    allowed = float(max_rejected_share)
    if rejected_share(record) > allowed:
        why = rejected_sentence(record)
    elif rejected_change_share(record) > allowed:
        why = rejected_changes_sentence(record)
    elif unknown_changes(record)[0] >= FEWEST_UNKNOWN and unknown_change_share(record) > allowed:
        why = unknown_changes_sentence(record)
    else:
        return None
    return (
        f"Nothing was published: {why} That is more than max_rejected_share "
        f"({percent(allowed)}), so readers still see the previous tables. Correct the mapping or "
        "the export, then run again from 01_ingest; if these rows are rightly left out, raise "
        "max_rejected_share."
    )
