"""A chunk: a stretch of an export from one record boundary to another, and what was read in it."""

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from blake3 import blake3


class Malformed(NamedTuple):
    """A line that is not a record: its number, what is wrong, its text."""

    line: int
    detail: str
    raw: str


class Run(NamedTuple):
    """Well-formed records that follow each other: the first one, its line, lines of each."""

    record: int
    line: int
    span: int


@dataclass
class Chunk:
    """A stretch of an export from one record boundary to another, and what was read in it.

    Records, lines and the lines of `malformed` are counted from its start, from 0. `runs` holds the
    three numbers of each `Run`, one after the other: a list of objects would take several times the
    memory. `content` is the well-formed records, each ended by LF. `ends` holds the places of all
    line ends, as bytes of uint32. `is_closed`: nothing after it was looked at, so the same bytes
    read the same wherever they are.
    """

    start: int
    size: int = 0
    lines: int = 0
    records: int = 0
    runs: "array[int]" = field(default_factory=lambda: array("I"))
    malformed: list[Malformed] = field(default_factory=list)
    content: bytes = b""
    ends: bytes = b""
    digest: str = ""
    head: str = ""  # the digest of its first line
    is_closed: bool = False
    number: int = -1  # names its cleaned rows; -1 until they are made

    @cached_property
    def line_ends(self) -> "memoryview[int]":
        """Return the places of its line ends."""
        return memoryview(self.ends).cast("I")

    @cached_property
    def _first_records(self) -> "array[int]":
        return self.runs[::3]

    @property
    def has_newlines(self) -> bool:
        """Return whether a record takes more than one line."""
        return max(self.runs[2::3], default=1) > 1

    def add_records(self, records: int, span: int) -> None:
        """Note the next records, of `span` lines each."""
        last = Run(*self.runs[-3:]) if self.runs else Run(0, 0, 0)
        # records of the same number of lines, without a malformed or blank line in between
        continues = self.lines - last.line == (self.records - last.record) * span
        if last.span != span or not continues:
            self.runs.extend((self.records, self.lines, span))
        self.records += records
        self.lines += records * span

    def lines_of(self, record: int) -> tuple[int, int]:
        """Return the line in which a record begins, and how many lines it takes."""
        place = 3 * bisect_right(self._first_records, record) - 3
        run = Run(*self.runs[place : place + 3])
        return run.line + (record - run.record) * run.span, run.span


def text_of(raw: bytes) -> str:
    """Return a line as text without its end; bytes that are not UTF-8 are shown as \\xNN."""
    return raw.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")


def digest_of(text: bytes) -> str:
    """Return a digest that differs for any other content."""
    return str(blake3(text).hexdigest())
