"""Where the chunks of one file are: the way from a record to its line and its text."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.reading.chunk import Chunk, Malformed, text_of


def _integers() -> "array[int]":
    return array("q")


@dataclass
class Layout:
    """Where the chunks of one file are.

    It holds for each its first record (from 0), its first line (the header is 1) and first byte.
    """

    file: ExportFile
    records: int = 0
    lines: int = 1
    chunks: list[Chunk] = field(default_factory=list)
    first_records: "array[int]" = field(default_factory=_integers)
    first_lines: "array[int]" = field(default_factory=_integers)
    starts: "array[int]" = field(default_factory=_integers)

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
        """Yield the lines that are not records, in order."""
        for chunk, first in zip(self.chunks, self.first_lines, strict=True):
            for line in chunk.malformed:
                yield line._replace(line=first + line.line)

    @property
    def rows(self) -> int:
        """Return the data rows of the file: its records and its malformed lines."""
        return self.records + sum(len(chunk.malformed) for chunk in self.chunks)

    @contextmanager
    def open_texts(self) -> Iterator[Callable[[int], tuple[int, str]]]:
        """Open the file; give a function from a record to its line and its text as delivered."""
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
        return self.first_lines[place] + line, text_of(raw)
