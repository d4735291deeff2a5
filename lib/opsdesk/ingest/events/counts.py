"""The counts of an export of changes, and the proof that no row is lost."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.events.log import Reported
from opsdesk.ingest.events.unknown import NONE, Unknown
from opsdesk.ingest.events.verdicts import EventVerdicts
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reasons import EVENT_REASONS
from opsdesk.ingest.rejects import Rejects, collect_rejects

FUTURE = "at_in_future"


@dataclass(frozen=True)
class EventCounts:
    """Rows of an export of changes, and what becomes of them.

    `changes` is what the rows report, `more` is by how much that exceeds the rows that report it.
    `shared` are snapshots that another file has as well, `unchanged` rows without a difference,
    `ignored` rows by the name of a field that is not kept. An ingest at any moment before
    `known_until` (UTC) rejects the same. `unknown` are changes of tickets that no export has.
    """

    rows: int
    more: int
    changes: int
    shared: int
    unchanged: int
    ignored: dict[str, int]
    rejects: Rejects
    issues: dict[str, int]
    known_until: datetime | None
    unknown: Unknown = NONE


def count_events(
    rows: CleanedRows,
    reported: Reported,
    layouts: list[Layout],
    rejects_file: Path,
    *,
    snapshots: bool,
) -> EventCounts:
    """Count what the rows report; write the rejected ones to a file."""
    verdicts = EventVerdicts(rows)
    unchanged = verdicts.count("unchanged")
    if snapshots:
        unchanged = verdicts.count("snapshot") - reported.shared - reported.rows
    return EventCounts(
        rows=sum(layout.rows for layout in layouts),
        more=reported.changes - reported.rows,
        changes=reported.changes,
        shared=reported.shared,
        unchanged=unchanged,
        ignored={} if snapshots else verdicts.ignored(),
        rejects=collect_rejects(verdicts, layouts, rejects_file, EVENT_REASONS),
        issues=verdicts.issues(),
        known_until=rows.known_until(),
    )


def reconcile_events(names: str, counts: EventCounts, *, is_full: bool) -> None:
    """Check that every row of the files called `names` is accounted for, and that some report.

    Raises:
        OpsdeskError: no rows, rows unaccounted for, or none that reports a change.
    """
    rejected = counts.rejects.total
    ignored = sum(counts.ignored.values())
    reported = counts.changes + counts.shared + counts.unchanged
    # rows come from Python, the others from DuckDB
    lost = counts.rows + counts.more - reported - ignored - rejected
    if not counts.rows and is_full:
        raise OpsdeskError(
            f"The export of changes {names} has no rows. Nothing was changed; export it again, or "
            'leave the parameter out: events: "".'
        )
    if lost:
        raise OpsdeskError(
            f"{names}: of {counts.rows:,} rows, which report {counts.changes:,} changes, {lost:,} "
            "are unaccounted for. Nothing was changed; please report this."
        )
    has_some = counts.changes + counts.unchanged
    is_usual = not is_full and counts.rejects.counts.keys() <= {FUTURE}
    if has_some or is_usual:
        return
    if not rejected:
        raise OpsdeskError(
            f"No row of {names} reports a change that is kept: they are about "
            f"{_listed(counts.ignored)}. Nothing was changed; name these fields in `events:` of "
            "the mapping, or correct its column of the field."
        )
    first = min(counts.rejects.examples, key=lambda example: example.line)
    detail = f" ({first.detail})" if first.detail else ""
    raise OpsdeskError(
        f"Every change in {names} would be rejected ({_listed(counts.rejects.counts)}); the first "
        f"is line {first.line} of {first.file}: {first.reason}{detail}. Nothing was changed; does "
        "the block `events:` of the mapping fit this export?"
    )


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {rows:,}" for name, rows in counts.items())
