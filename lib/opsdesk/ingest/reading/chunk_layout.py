"""Where the chunks of one file are: the way from a record to its line and its text."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter
from typing import BinaryIO

from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.reading.chunk import Chunk, Malformed, text_of
from opsdesk.ingest.reading.record_pattern import NOT_UTF8


def _integers() -> "array[int]":
    return array("q")


@dataclass
class Layout:
    """Where the chunks of one file are.

    It holds for each its first record (from 0), its first line in the CSV text (from 1, with the
    header) and first byte.
    """

    file: ExportFile
    records: int = 0
    lines: int = 0  # those before the chunk that comes next
    chunks: list[Chunk] = field(default_factory=list)
    first_records: "array[int]" = field(default_factory=_integers)
    first_lines: "array[int]" = field(default_factory=_integers)
    starts: "array[int]" = field(default_factory=_integers)

    def __post_init__(self) -> None:
        """Begin after the header."""
        self.lines = self.file.text.header_row

    def add(self, chunk: Chunk, start: int) -> None:
        """Place the chunk that comes next, at the byte `start`."""
        self.chunks.append(chunk)
        self.first_records.append(self.records)
        self.first_lines.append(self.lines + 1)
        self.starts.append(start)
        self.records += chunk.records
        self.lines += chunk.lines

    @property
    def malformed(self) -> Iterator[Malformed]:
        """Yield what is no record, in order, with its place in the delivered file."""
        yield from merge(self._malformed_lines(), self.file.text.unread, key=attrgetter("line"))

    def _malformed_lines(self) -> Iterator[Malformed]:
        text = self.file.text
        for chunk, first in zip(self.chunks, self.first_lines, strict=True):
            for line in chunk.malformed:
                place = text.places.of(first + line.line)
                detail = line.detail
                if text.encoding and detail == NOT_UTF8:
                    detail = f"not {text.encoding}"
                yield Malformed(place, detail, line.raw)

    @property
    def rows(self) -> int:
        """Return the data rows of the file: its records and what is no record."""
        malformed = sum(len(chunk.malformed) for chunk in self.chunks)
        return self.records + malformed + self.file.text.unread.rows

    @contextmanager
    def open_texts(self) -> Iterator[Callable[[int], tuple[int, str]]]:
        """Open the file; give a function from a record to its place and its text."""
        with self.file.plain.open("rb", buffering=0) as stream:
            yield lambda record: self._read(stream, record)

    def _read(self, stream: BinaryIO, record: int) -> tuple[int, str]:
        place = bisect_right(self.first_records, record) - 1
        chunk = self.chunks[place]
        line, span = chunk.lines_of(record - self.first_records[place])
        ends = chunk.line_ends  # counted from the start of the chunk
        start = ends[line - 1] + 1 if line else 0
        stream.seek(self.starts[place] + start)
        raw = stream.read(ends[line + span - 1] - start)
        return self.file.text.places.of(self.first_lines[place] + line), text_of(raw)
