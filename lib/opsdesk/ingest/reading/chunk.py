"""A chunk: a stretch of an export from one record boundary to another, and what was read in it."""

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from blake3 import blake3


class Malformed(NamedTuple):
    """A line that is no record: its number, what is wrong, its text."""

    line: int
    detail: str
    raw: str


@dataclass
class Chunk:
    """A stretch of an export from one record boundary to another, and what was read in it.

    Records, lines and the lines of `malformed` are counted from its start, from 0. `runs` are well-formed records that
    follow each other, three numbers each: the first one's number, its line, physical lines of each. `content` are the
    well-formed records, ended by LF. `ends` are the places of all its line ends, as bytes of uint32. `is_closed`: nothing
    behind it was looked at, so the same bytes read the same wherever they stand.
    """

    start: int
    bytes: int = 0
    lines: int = 0
    records: int = 0
    runs: array = field(default_factory=lambda: array("I"))
    malformed: list[Malformed] = field(default_factory=list)
    content: bytes = b""
    ends: bytes = b""
    digest: str = ""
    head: str = ""
    is_closed: bool = False
    number: int = -1  # names its cleaned rows; -1 when it was read just now

    @cached_property
    def line_ends(self) -> memoryview:
        """The places of its line ends."""
        return memoryview(self.ends).cast("I")

    @cached_property
    def _first_records(self) -> array:
        return self.runs[::3]

    @property
    def has_newlines(self) -> bool:
        """Whether a record stands in more than one line."""
        return max(self.runs[2::3], default=1) > 1

    def lines_of(self, record: int) -> tuple[int, int]:
        """The line in which a record begins, and how many it takes."""
        run = 3 * bisect_right(self._first_records, record) - 3
        first, line, span = self.runs[run : run + 3]
        return line + (record - first) * span, span


def text_of(raw: bytes) -> str:
    """A line as text without its end; bytes that are not UTF-8 are shown as \\xNN."""
    return raw.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")


def digest_of(text: bytes) -> str:
    """Tells one content from another."""
    return blake3(text).hexdigest()
