"""The careful reader: an export line by line, for files whose structure DuckDB cannot be trusted with alone."""

import csv
import math
import re
from array import array
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO, NamedTuple

import numpy as np
from blake3 import blake3

from opsdesk.export import CHUNK

NEWLINE = ord("\n")
CHUNK_LINES = 2000  # lines after which a chunk may end
LONGEST_RECORD = 1000  # physical lines one quoted field may span before its opening quote counts as torn
LARGEST_RECORD = 2_000_000  # bytes, DuckDB's own limit


class Malformed(NamedTuple):
    """A line that is no record: its number, what is wrong, its text."""

    line: int
    detail: str
    raw: str


def text_of(raw: bytes) -> str:
    """A line as text without its end; bytes that are not UTF-8 are shown as \\xNN."""
    return raw.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")


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


class LineReader:
    """Reads an export chunk by chunk, from any record boundary on.

    A quoted field may hold newlines. Where joining lines does not end in a whole record, the quote is torn: its first
    line alone is malformed and reading goes on with the line after it.
    """

    def __init__(self, stream: BinaryIO, delimiter: str, fields: int) -> None:
        self._window, self._shape = _Window(stream), _Shape(delimiter, fields)

    def after_header(self) -> int:
        """Where the first record may start."""
        return len(self._window.line(0))

    def chunk(self, start: int, stop: int | None = None) -> Chunk | None:
        """What stands from byte `start` on: some CHUNK_LINES lines, or up to the record boundary at or after `stop`.

        None at the end of the file.
        """
        window, found, taken, contents = self._window, Chunk(start), [], []
        window.seek(start)
        while stop is None or window.position < stop:
            if found.lines >= CHUNK_LINES and window.reach <= window.position:
                break
            done = self._next(found, contents, stop)
            if not done:
                break
            taken.append(done)
            window.skip(done)
        if not taken:
            return None
        text = b"".join(taken)
        found.bytes, found.content, found.ends = len(text), b"".join(contents), _ends(text)
        found.digest, found.head = digest_of(text), digest_of(text[: text.find(b"\n") + 1])
        found.is_closed = window.reach <= window.position
        return found

    def _next(self, found: Chunk, contents: list[bytes], stop: int | None) -> bytes:
        """Notes what comes next; returns the bytes it takes, none at the end of the file."""
        window, shape = self._window, self._shape
        if block := shape.plain_block(window, stop):
            _add(found, block.count(b"\n"), 1)
            contents.append(block.replace(b"\r\n", b"\n") if b"\r" in block else block)
            return block
        head = window.line(0)
        if head is None:
            return b""
        record, taken, lines = _join(head, window, shape)
        if not head.strip():
            found.lines += 1
            return head
        if shape.whole.fullmatch(record) and len(record) <= LARGEST_RECORD and _is_utf8(record):
            _add(found, 1, lines)
            contents.append(record + b"\n")
            return taken
        found.malformed.append(Malformed(found.lines, _what_is_wrong(record, lines > 1, shape), text_of(head)))
        found.lines += 1
        return head


def digest_of(text: bytes) -> str:
    """Tells one content from another."""
    return blake3(text).hexdigest()


def _ends(text: bytes) -> bytes:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE).astype(np.uint32).tobytes()
    return ends if text.endswith(b"\n") else ends + np.uint32(len(text)).tobytes()


def _add(found: Chunk, records: int, span: int) -> None:
    first, line, last_span = found.runs[-3:] or (0, 0, 0)
    if last_span != span or found.lines - line != (found.records - first) * span:
        found.runs.extend((found.records, found.lines, span))
    found.records += records
    found.lines += records * span


class _Shape:
    """What records of so many fields look like, as regular expressions that never go back."""

    def __init__(self, delimiter: str, fields: int) -> None:
        self.delimiter, self.fields = delimiter, fields
        mark = re.escape(delimiter.encode())
        bare, quotes = rb'[^"%s\r\n][^%s\r\n]*+' % (mark, mark), rb'"[^"]*+(?:""[^"]*+)*+'
        value = rb'(?:%s|%s"|)' % (bare, quotes)
        self.whole = re.compile(rb"%s(?:%s%s){%d}" % (value, mark, value, fields - 1))
        self.torn = re.compile(rb"(?:%s%s)*+%s" % (value, mark, quotes))  # ends inside a quoted field
        inside = rb'[^"]*+(?:""[^"]*+)*+'
        self.inside = re.compile(inside)  # a line within a quoted field, which goes on
        self.opens_again = re.compile(
            rb'%s"%s(?:%s%s)*+%s' % (inside, mark, value, mark, quotes)
        )  # and another is open
        self.stray = re.compile(rb'(?:^|%s)"[^"]*+(?:""[^"]*+)*+"[^"%s]' % (mark, mark))  # text after a closing quote
        flat = rb'(?:[^"%s\r\n][^%s\r\n]*+|"[^"\n]*+(?:""[^"\n]*+)*+"|)' % (mark, mark)
        # greedy, not possessive as the rest: before 3.11.5 Python took what the lookahead had seen for a part of the match
        self.lines = re.compile(
            rb"(?:(?![^\S\n]*\n)%s(?:%s%s){%d}\r?\n){1,%d}" % (flat, mark, flat, fields - 1, CHUNK_LINES)
        )

    def plain_block(self, window: "_Window", stop: int | None) -> bytes:
        """The records of one line each that come next, as many as are in sight: nearly all of a file."""
        end = len(window.text) if stop is None else window.at + stop - window.position
        found = self.lines.match(window.text, window.at, end)
        block = _until_not_utf8(found[0]) if found else b""
        is_long = len(block) > LARGEST_RECORD and max(map(len, block.split(b"\n"))) > LARGEST_RECORD
        return b"" if is_long else block


class _Window:
    """A part of the file in memory; lines are looked at from `at` on and skipped when done with.

    `position` is the place of `at` in the file, `reach` the end of the furthest line that was looked at. `inside` are the
    places where lines end that leave a quoted field open if it is open before them; they follow each other.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.text, self.at, self.position, self.reach = stream, b"", 0, 0, 0.0
        self.inside: deque[int] = deque()

    def seek(self, position: int) -> None:
        """Goes to a place in the file, and forgets what was looked at."""
        if position != self.position:
            self.stream.seek(position)
            self.text, self.at, self.position = b"", 0, position
            self.inside.clear()
        self.reach = 0

    def line(self, offset: int) -> bytes | None:
        """The line that begins `offset` bytes further on, with its end; None after the last."""
        while (end := self.text.find(b"\n", self.at + offset)) < 0:
            chunk = self.stream.read(CHUNK)
            self.text, self.at = self.text[self.at :] + chunk, 0
            if not chunk:
                self.reach = math.inf
                return self.text[offset:] or None
        self.reach = max(self.reach, self.position + end + 1 - self.at)
        return self.text[self.at + offset : end + 1]

    def known_inside(self, size: int) -> tuple[int, int]:
        """Of the lines after the next `size` bytes, how many are known to be `inside`, and the bytes up to their end."""
        while self.inside and self.inside[0] <= self.position + size:
            self.inside.popleft()
        if not self.inside:
            return 0, size
        self.reach = max(self.reach, self.inside[-1])
        return len(self.inside), self.inside[-1] - self.position

    def skip(self, done: bytes) -> None:
        """Goes on behind the bytes `done`."""
        self.at += len(done)
        self.position += len(done)


def _join(head: bytes, window: _Window, shape: _Shape) -> tuple[bytes, bytes, int]:
    """The record that begins with the line `head`, the bytes and the number of lines it stands in.

    Lines are added as long as a quoted field goes on; each is looked at once, for all the quotes torn before it. If the
    field never ends, the record is the line `head` alone.
    """
    lines, size, record = 1, len(head), _unended(head)
    goes_on = not shape.whole.fullmatch(record) and shape.torn.fullmatch(record)
    if goes_on:
        known, size = window.known_inside(size)
        lines += known
    while goes_on and lines < LONGEST_RECORD and size <= LARGEST_RECORD:
        line = window.line(size)
        if line is None:
            break
        lines, size, record = lines + 1, size + len(line), _unended(line)
        goes_on = shape.inside.fullmatch(record) or shape.opens_again.fullmatch(record)
        if goes_on:
            window.inside.append(window.position + size)
    if goes_on:
        return _unended(head), head, 1
    taken = window.text[window.at : window.at + size]
    return _unended(taken).replace(b"\r\n", b"\n"), taken, lines


def _unended(line: bytes) -> bytes:
    return line.rstrip(b"\n").removesuffix(b"\r")


def _is_utf8(record: bytes) -> bool:
    try:
        record.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _until_not_utf8(block: bytes) -> bytes:
    """The lines of a block before the first that is not UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return block[: block.rfind(b"\n", 0, error.start) + 1]
    return block


def _what_is_wrong(record: bytes, was_joined: bool, shape: _Shape) -> str:
    if was_joined or shape.torn.fullmatch(record):
        return "a quote that is not closed"
    if len(record) > LARGEST_RECORD:
        return "longer than 2 MB"
    if not _is_utf8(record):
        return "not UTF-8"
    if b"\r" in record:
        return "a carriage return inside the line"
    if shape.stray.search(record):
        return "text after a closing quote"
    return wrong_count(record.decode(), shape.delimiter, shape.fields)


def wrong_count(line: str, delimiter: str, fields: int) -> str:
    """How far a line of whole fields is from the header's number of them."""
    try:
        found = len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:  # a field longer than Python's reader takes
        return "too few or too many fields"
    return f"too {'few' if found < fields else 'many'} fields: {found} of {fields}"
