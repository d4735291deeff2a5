"""The export as records: where each stands, and which stretches of it were read before.

A chunk whose bytes are known from the last export need not be read again, wherever it stands now: the reader comes to its
first record, and from there on sees what it saw then. In between, `lines.LineReader` reads line by line.
"""

from array import array
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate, dropwhile, takewhile
from pathlib import Path
from typing import BinaryIO

from opsdesk.export import AT_A_TIME, ExportFile
from opsdesk.lines import Chunk, LineReader, Malformed, digest_of, text_of

TRIES = 3  # how often a line that begins a known chunk may turn out to begin something else


@dataclass
class Layout:
    """Where the chunks of one file stand: for each its first record (from 0), line (the header is 1) and byte."""

    file: ExportFile
    records: int = 0
    lines: int = 1
    chunks: list[Chunk] = field(default_factory=list)
    first_records: array = field(default_factory=lambda: array("q"))
    first_lines: array = field(default_factory=lambda: array("q"))
    starts: array = field(default_factory=lambda: array("q"))

    def add(self, chunk: Chunk, start: int) -> None:
        """Places the chunk that comes next, at the byte `start`."""
        self.chunks.append(chunk)
        self.first_records.append(self.records)
        self.first_lines.append(self.lines + 1)
        self.starts.append(start)
        self.records += chunk.records
        self.lines += chunk.lines

    @property
    def malformed(self) -> Iterator[Malformed]:
        """The lines that are no records, in order."""
        for chunk, first in zip(self.chunks, self.first_lines, strict=True):
            for line in chunk.malformed:
                yield line._replace(line=first + line.line)

    @property
    def rows(self) -> int:
        """Data rows of the file: its records and its malformed lines."""
        return self.records + sum(len(chunk.malformed) for chunk in self.chunks)

    def raw_texts(self, records: Iterable[int]) -> Iterator[tuple[int, int, str]]:
        """For each of some records, in order: the record, its physical line, its text as it stands there."""
        with self.file.plain.open("rb", buffering=0) as stream:
            for record in records:
                number = bisect_right(self.first_records, record) - 1
                chunk = self.chunks[number]
                line, span = chunk.lines_of(record - self.first_records[number])
                ends = chunk.line_ends
                start = ends[line - 1] + 1 if line else 0
                stream.seek(self.starts[number] + start)
                raw = stream.read(ends[line + span - 1] - start)
                yield record, self.first_lines[number] + line, text_of(raw)


def find_chunks(file: ExportFile, delimiter: str, known: Mapping[str, Chunk]) -> Iterator[tuple[Chunk, int]]:
    """The chunks of a file in order, each with the byte at which it starts.

    `known` holds chunks by their `head`, in the order in which they stood; each may come once.
    """
    left = dict(known)
    with file.plain.open("rb") as stream, file.plain.open("rb") as ahead, ThreadPoolExecutor(AT_A_TIME) as workers:
        reader = LineReader(stream, delimiter, len(file.header))
        place, stop = reader.after_header(), 0
        while True:
            ahead.seek(place)
            was_at = place
            for chunk in _known_from(file.plain, place, left, ahead.readline(), workers):
                del left[chunk.head]
                yield chunk, place
                place += chunk.bytes
            if place > was_at:
                continue
            if stop is not None and stop <= place:
                stop = _next_known(file.plain, ahead, place, left) if left else None
            chunk = reader.chunk(place, stop)
            if chunk is None:
                return
            yield chunk, place
            place += chunk.bytes


def _known_from(
    path: Path, place: int, known: Mapping[str, Chunk], line: bytes, workers: ThreadPoolExecutor
) -> Iterator[Chunk]:
    """The known chunks that stand one after the other from a place on, where `line` is, in the order in which they stood.

    While one is looked at, so is the next.
    """
    first = known.get(digest_of(line))
    if first is None:
        return
    chain = list(dropwhile(lambda chunk: chunk is not first, known.values()))
    places = accumulate((chunk.bytes for chunk in chain), initial=place)
    ahead = deque()
    for chunk, start in zip(chain, places, strict=False):
        ahead.append((chunk, workers.submit(_stands_at, path, start, chunk)))
        if len(ahead) > AT_A_TIME:
            chunk, look = ahead.popleft()
            if not look.result():
                return
            yield chunk
    yield from (chunk for chunk, _ in takewhile(lambda found: found[1].result(), ahead))


def _stands_at(path: Path, place: int, chunk: Chunk) -> bool:
    with path.open("rb") as stream:
        stream.seek(place)
        return digest_of(stream.read(chunk.bytes)) == chunk.digest


def _next_known(path: Path, stream: BinaryIO, place: int, known: Mapping[str, Chunk]) -> int | None:
    """The next start of a line after `place` at which a known chunk stands."""
    tries: Counter[str] = Counter()
    stream.seek(place)
    place += len(stream.readline())
    while line := stream.readline():
        head = digest_of(line)
        if head in known and tries[head] < TRIES:
            tries[head] += 1
            if _stands_at(path, place, known[head]):
                return place
        place += len(line)
    return None
