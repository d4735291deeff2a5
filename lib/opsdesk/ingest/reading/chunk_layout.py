"""Where the chunks of one file stand: the way from a record to its line and its text."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.reading.chunk import Chunk, Malformed, text_of


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
