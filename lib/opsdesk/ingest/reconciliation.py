"""The counts of an ingest, and the proof that no row is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.day_rows import Day
from opsdesk.ingest.delta import Merged
from opsdesk.ingest.kept_rows import KeptRows
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reasons import ISSUE_MEANINGS
from opsdesk.ingest.rejects import Rejects, collect_rejects
from opsdesk.ingest.verdicts import Verdicts
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import TICKETS, series_of

# reasons of the rows of a delta that may leave nothing to keep
EMPTY_DELTA = {"created_in_future", "duplicate_ticket_id", "closed_without_resolved_at"}


@dataclass(frozen=True)
class Counts:
    """Rows of an export, and what becomes of them.

    `excluded` are rows by rule of the mapping, `days` the days of the kept rows, `issues` their
    rows by code. An ingest at any moment from `latest` until before `known_until` (UTC) gives the
    same: in between, no time that is the future becomes the past.
    """

    rows: int
    rejects: Rejects
    excluded: dict[str, int]
    days: dict[str, Day]
    issues: dict[str, int]
    known_until: datetime | None

    @property
    def kept(self) -> int:
        """Return how many rows go into the lake."""
        return sum(day.rows for day in self.days.values())

    @property
    def latest(self) -> datetime | None:
        """Return the last instant in the kept rows."""
        return max((day.latest for day in self.days.values()), default=None)


def count_rows(
    rows: CleanedRows, verdicts: Verdicts, layouts: list[Layout], rejects_file: Path
) -> Counts:
    """Count what is kept and rejected; write the rejected rows to a file."""
    # DuckDB counts while Python looks up the text of rejected rows
    with ThreadPoolExecutor(1) as worker:
        days = worker.submit(verdicts.kept.days)
        issues = worker.submit(_count_issues, verdicts.kept)
        excluded = worker.submit(verdicts.excluded)
        known_until = worker.submit(rows.known_until)
        rejects = collect_rejects(verdicts, layouts, rejects_file)
    total = sum(layout.rows for layout in layouts)
    return Counts(
        rows=total,
        rejects=rejects,
        excluded=excluded.result(),
        days=days.result(),
        issues=issues.result(),
        known_until=known_until.result(),
    )


def _count_issues(kept: KeptRows) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for codes, rows in kept.issues():
        counts.update(dict.fromkeys(codes.split(";"), rows))
    # the kinds of promises are none, see PROMISE_KINDS
    return {code: counts[code] for code in ISSUE_MEANINGS if code in counts}


def reconcile(export: str, counts: Counts, *, is_full: bool = True) -> None:
    """Check that every row of the export called `export` is accounted for, and that some are kept.

    A delta without rows is a quiet day. Its tickets of the future wait for their moment.

    Raises:
        OpsdeskError: no rows, rows unaccounted for, or every row rejected.
    """
    rejected = counts.rejects.total
    excluded = sum(counts.excluded.values())
    # rows come from Python, kept rows from DuckDB, rejected rows from both
    lost = counts.rows - counts.kept - rejected - excluded
    if not counts.rows and is_full:
        raise OpsdeskError(
            f"The export {export} has a header but no rows. Nothing was changed; export it again."
        )
    if lost:
        raise OpsdeskError(
            f"{export}: of {counts.rows:,} rows {counts.kept:,} were kept, {rejected:,} rejected "
            f"and {excluded:,} excluded; {lost:,} are unaccounted for. Nothing was changed; please "
            "report this."
        )
    # a delta may bring nothing but tickets that wait, or that leave the lake
    is_usual = not is_full and counts.rejects.counts.keys() <= EMPTY_DELTA
    if counts.kept or is_usual:
        return
    if not rejected:
        raise OpsdeskError(
            f"Every row of {export} would be excluded ({_listed(counts.excluded)}). Nothing was "
            "changed; do the rules under `exclude` of the mapping fit this export?"
        )
    raise _nothing_left(export, counts)


def confirm_lake(
    lake: Lake, manifests: dict[str, Manifest], kept: int, merged: Merged
) -> dict[str, int]:
    """Check the lake as it is, after writing, against what was to be written; return both.

    Args:
        manifests: as they were read back.
        kept: rows of the export that belong in the lake.

    Raises:
        OpsdeskError: rows are missing or too many, or a file is not what its manifest says.
    """
    months = [manifest for name, manifest in manifests.items() if series_of(name) is TICKETS]
    found = sum(manifest.rows for manifest in months)
    put_in = kept - merged.outdated
    promised = put_in + merged.waited + merged.stayed
    if found != promised:
        raise OpsdeskError(
            f"The lake {lake.store.url} was to hold {promised:,} rows after writing, and its "
            f"manifests say {found:,}. It does not count as ingested; was a file or folder of it "
            "moved, or replaced by another program? Run 01_ingest with a full export again."
        )
    for name, fault in lake.faults(manifests).items():
        raise OpsdeskError(
            f"The lake {lake.store.url} is not what was written: {name} {fault}. It does not count "
            "as ingested; does another program write there? Run 01_ingest again."
        )
    return {
        "put in by this export": put_in,
        "came in at their moment": merged.waited,
        "stayed from before": merged.stayed,
        "in the lake's manifests": found,
    }


def _nothing_left(export: str, counts: Counts) -> OpsdeskError:
    first = min(counts.rejects.examples, key=lambda example: example.line)
    detail = f" ({first.detail})" if first.detail else ""
    others = f", and the others excluded ({_listed(counts.excluded)})" if counts.excluded else ""
    return OpsdeskError(
        f"Every row of {export} would be rejected ({_listed(counts.rejects.counts)}){others}; the "
        f"first is line {first.line} of {first.file}: {first.reason}{detail}. Nothing was changed; "
        "does the mapping fit this export?"
    )


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {rows:,}" for name, rows in counts.items())
