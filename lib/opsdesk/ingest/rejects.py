"""Rejected rows, with reason, line number and raw text.

They are streamed into a file: a wrong date format rejects every row of an export.
"""

import csv
import hashlib
import io
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pandas as pd

from opsdesk.checksums import Checksum
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reasons import REASONS
from opsdesk.ingest.verdicts import Verdict
from opsdesk.lake.lake import Lake, Record
from opsdesk.lake.names import FOR_DELTAS, REJECTS_FOLDER, is_reject_file

SHOWN = 200  # characters of a text outside of the file of rejects
# Exports end with lines such as a total; more than a few are no footer.
MOST_FOOTERS = 10
FOOTER_REASONS = ("malformed_line", "missing_ticket_id", "missing_created_at", "missing_at")
EVENT_FILES = "events"  # key of a signature: the files of changes
Place = tuple[int, str]  # the line of a reject, and its reason


class Verdicts(Protocol):
    """What became of the records of an export."""

    def rejected(self, file: int) -> Iterator[Verdict]:
        """Yield the rejected records of the file of that number, in order."""

    def last_kept(self, file: int) -> int | None:
        """Return the last record of the file of that number that is not rejected."""


class Reject(NamedTuple):
    """A rejected row: why, in which file and line, and its text."""

    reason: str
    detail: str
    file: str
    line: int
    raw: str


@dataclass
class Rejects:
    """Rejected rows by reason, and the first of each, in the order of the reasons.

    `footers` counts those that are the last lines of a file, such as a total.
    """

    counts: dict[str, int] = field(default_factory=dict)
    examples: list[Reject] = field(default_factory=list)
    footers: int = 0

    @property
    def total(self) -> int:
        """Return how many rows are rejected."""
        return sum(self.counts.values())


def collect_rejects(
    verdicts: Verdicts, layouts: list[Layout], file: Path, known: Mapping[str, str] = REASONS
) -> Rejects:
    """Write every row that is malformed or rejected to `file` (CSV); return what was written.

    `known` are the reasons, in their order.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, Reject] = {}
    footers = 0
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(Reject._fields)
        for number, layout in enumerate(layouts):
            # both are in the order of the file, so merging keeps one of each in memory
            found = (_malformed(layout), _rejected(verdicts, number, layout))
            tail: deque[Place] = deque(maxlen=MOST_FOOTERS + 1)
            for reject in merge(*found, key=attrgetter("line")):
                writer.writerow(reject)
                counts[reject.reason] += 1
                if reject.reason not in examples:
                    examples[reject.reason] = _shown(reject)
                tail.append((reject.line, reject.reason))
            if tail:
                footers += _count_footers(tail, layout, verdicts.last_kept(number))
    reasons = [reason for reason in known if reason in counts]
    return Rejects(
        {reason: counts[reason] for reason in reasons},
        [examples[reason] for reason in reasons],
        footers,
    )


def _count_footers(tail: Sequence[Place], layout: Layout, last_kept: int | None) -> int:
    """Return how many of the last rejects of a file come after its `last_kept` record."""
    if last_kept is None:
        return 0
    with layout.open_texts() as text_of:
        last_line, _ = text_of(last_kept)
    after = [reason for line, reason in tail if line > last_line]
    if len(after) > MOST_FOOTERS:
        return 0
    return sum(reason in FOOTER_REASONS for reason in after)


def _shown(reject: Reject) -> Reject:
    """Return a reject as records, notebooks and reports show it: the start of its text."""
    return reject._replace(raw=_start(reject.raw))


def _start(text: str) -> str:
    """Return a text, or its start and its length where it is longer than a person reads."""
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}… ({len(text):,} characters)"


def _malformed(layout: Layout) -> Iterator[Reject]:
    for line in layout.malformed:
        yield Reject("malformed_line", line.detail, layout.file.name, line.line, line.raw)


def _rejected(verdicts: Verdicts, number: int, layout: Layout) -> Iterator[Reject]:
    """Yield the records of one file that were read and rejected, in order."""
    with layout.open_texts() as text_of:
        for verdict in verdicts.rejected(number):
            line, raw = text_of(verdict.record)
            yield Reject(verdict.reason, _start(verdict.detail), layout.file.name, line, raw)


def store_rejects(
    lake: Lake, file: Path, events_file: Path | None, last: Record, signature: dict[str, Any]
) -> dict[str, Checksum]:
    """Move the collected rows into the lake and return our files that are there, by name.

    `events_file` has those of changes. A full export replaces what earlier ones left: the files
    that the `last` record lists, and no other.
    """
    new = {reject_file_name(signature): file}
    if events_file:
        new[event_reject_file_name(signature)] = events_file
    for name, content in new.items():
        lake.store.write_from(name, content)
    ours = {*new, *listed_reject_files(last)}
    there = lake.store.names(REJECTS_FOLDER)
    if signature["kind"] == "full":
        for other in sorted(ours.intersection(there) - {*new}):
            lake.store.delete(other)
    sums = lake.store.checksums(REJECTS_FOLDER)
    return {file: found for file, found in sums.items() if file in {*ours, *FOR_DELTAS}}


def listed_reject_files(record: Record) -> set[str]:
    """Return the files of rejected rows that a record lists, or that its ingest began to write."""
    listed = record.get("rejects")
    names = set(filter(is_reject_file, listed)) if isinstance(listed, dict) else set()
    for key in ("signature", "writing"):
        signature = record.get(key)
        if isinstance(signature, dict) and "files" in signature:
            names.add(reject_file_name(signature))
            if EVENT_FILES in signature:
                names.add(event_reject_file_name(signature))
    return names


def read_rejects(lake: Lake, record: Record) -> pd.DataFrame:
    """Return all rejected rows of the export that left `record`: the columns of `Reject`."""
    return _read_file(lake, reject_file_name(record["signature"]))


def read_event_rejects(lake: Lake, record: Record) -> pd.DataFrame:
    """Return all rejected rows of the export of changes, none where there was no such export."""
    if EVENT_FILES not in record["signature"]:
        return pd.DataFrame(columns=Reject._fields)
    return _read_file(lake, event_reject_file_name(record["signature"]))


def _read_file(lake: Lake, name: str) -> pd.DataFrame:
    content = lake.store.read(name)
    # blank cells are texts here, and so is a raw line such as NA
    return pd.read_csv(io.BytesIO(content), dtype={"line": "int64"}, keep_default_na=False)


def reject_file_name(signature: dict[str, Any]) -> str:
    """Return the name of the file of rejected rows of one export."""
    return f"{REJECTS_FOLDER}/rejects-{_digest(signature['files'])}.csv"


def event_reject_file_name(signature: dict[str, Any]) -> str:
    """Return the name of the file of rejected rows of an export of changes."""
    return f"{REJECTS_FOLDER}/event-rejects-{_digest(signature[EVENT_FILES])}.csv"


def _digest(files: Any) -> str:
    return hashlib.sha256(repr(files).encode()).hexdigest()[:8]
