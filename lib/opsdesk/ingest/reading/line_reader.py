"""The line reader: reads an export line by line, for files whose structure DuckDB alone cannot be trusted with."""

import math
from collections import deque
from typing import BinaryIO

import numpy as np

from opsdesk.ingest.export_file import CHUNK
from opsdesk.ingest.reading.chunk import Chunk, Malformed, digest_of, text_of
from opsdesk.ingest.reading.record_pattern import (
    CHUNK_LINES,
    LARGEST_RECORD,
    RecordPattern,
    is_utf8,
    what_is_wrong,
)

NEWLINE = ord("\n")
LONGEST_RECORD = (
    1000  # physical lines one quoted field may span before its opening quote counts as torn
)


class LineReader:
    """Reads an export chunk by chunk, from any record boundary on.

    A quoted field may hold newlines. Where joining lines does not end in a whole record, the quote is torn: its first
    line alone is malformed and reading goes on with the line after it.
    """

    def __init__(self, stream: BinaryIO, delimiter: str, fields: int) -> None:
        self._window, self._pattern = _Window(stream), RecordPattern(delimiter, fields)

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
        window, pattern = self._window, self._pattern
        if block := pattern.plain_block(window, stop):
            _add(found, block.count(b"\n"), 1)
            contents.append(block.replace(b"\r\n", b"\n") if b"\r" in block else block)
            return block
        head = window.line(0)
        if head is None:
            return b""
        record, taken, lines = _join(head, window, pattern)
        if not head.strip():
            found.lines += 1
            return head
        if pattern.whole.fullmatch(record) and len(record) <= LARGEST_RECORD and is_utf8(record):
            _add(found, 1, lines)
            contents.append(record + b"\n")
            return taken
        found.malformed.append(
            Malformed(found.lines, what_is_wrong(record, lines > 1, pattern), text_of(head))
        )
        found.lines += 1
        return head


def _ends(text: bytes) -> bytes:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE).astype(np.uint32).tobytes()
    return ends if text.endswith(b"\n") else ends + np.uint32(len(text)).tobytes()


def _add(found: Chunk, records: int, span: int) -> None:
    first, line, last_span = found.runs[-3:] or (0, 0, 0)
    if last_span != span or found.lines - line != (found.records - first) * span:
        found.runs.extend((found.records, found.lines, span))
    found.records += records
    found.lines += records * span


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


def _join(head: bytes, window: _Window, pattern: RecordPattern) -> tuple[bytes, bytes, int]:
    """The record that begins with the line `head`, the bytes and the number of lines it stands in.

    Lines are added as long as a quoted field goes on; each is looked at once, for all the quotes torn before it. If the
    field never ends, the record is the line `head` alone.
    """
    lines, size, record = 1, len(head), _unended(head)
    goes_on = not pattern.whole.fullmatch(record) and pattern.torn.fullmatch(record)
    if goes_on:
        known, size = window.known_inside(size)
        lines += known
    while goes_on and lines < LONGEST_RECORD and size <= LARGEST_RECORD:
        line = window.line(size)
        if line is None:
            break
        lines, size, record = lines + 1, size + len(line), _unended(line)
        goes_on = pattern.inside.fullmatch(record) or pattern.opens_again.fullmatch(record)
        if goes_on:
            window.inside.append(window.position + size)
    if goes_on:
        return _unended(head), head, 1
    taken = window.text[window.at : window.at + size]
    return _unended(taken).replace(b"\r\n", b"\n"), taken, lines


def _unended(line: bytes) -> bytes:
    return line.rstrip(b"\n").removesuffix(b"\r")
