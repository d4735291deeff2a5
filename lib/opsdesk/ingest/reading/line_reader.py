"""The line reader: reads an export line by line and finds its records and its malformed lines.

No library does this. DuckDB and pandas reject or misread a whole file because of one unclosed
quote; Python's csv takes the rest of the file for one field, and says no byte positions.
"""

from typing import BinaryIO

import numpy as np

from opsdesk.ingest.reading.chunk import Chunk, Malformed, digest_of, text_of
from opsdesk.ingest.reading.record_pattern import LIMITS, Limits, RecordPattern, what_is_wrong
from opsdesk.ingest.reading.window import FileWindow

NEWLINE = ord("\n")


class LineReader:
    """Reads an export chunk by chunk, from any record boundary on.

    A quoted field may hold newlines. Where joining lines does not end in a complete record, the
    quote is not closed: its first line alone is malformed, and reading goes on with the next line.
    """

    def __init__(
        self, stream: BinaryIO, delimiter: str, fields: int, limits: Limits = LIMITS
    ) -> None:
        self._window = FileWindow(stream, limits.read_bytes)
        self._pattern = RecordPattern(delimiter, fields, limits)
        self._limits = limits

    def after_header(self, header_row: int = 1) -> int:
        """Return the byte at which the first record may start; the header is a line from 1 on."""
        place = 0
        for _ in range(header_row):
            place += len(self._window.line(place) or b"")
        return place

    def chunk(self, start: int, stop: int | None = None) -> Chunk | None:
        """Return what is in the file from byte `start` on, None at the end of the file.

        It takes about `chunk_lines` lines, or goes on to the record boundary at or after `stop`.
        """
        window = self._window
        window.seek(start)
        chunk = Chunk(start)
        taken: list[bytes] = []
        contents: list[bytes] = []
        while stop is None or window.position < stop:
            # a chunk ends where nothing behind it was looked at, so that it can be reused
            has_seen_more = window.reach > window.position
            if chunk.lines >= self._limits.chunk_lines and not has_seen_more:
                break
            text = self._next(chunk, contents, stop)
            if not text:
                break
            taken.append(text)
            window.skip(len(text))
        if not taken:
            return None
        _finish(chunk, b"".join(taken))
        chunk.content = b"".join(contents)
        chunk.is_closed = window.reach <= window.position
        return chunk

    def _next(self, chunk: Chunk, contents: list[bytes], stop: int | None) -> bytes:
        """Note what comes next in the chunk; return its bytes, b"" at the end of the file."""
        window = self._window
        if block := self._pattern.plain_block(window, stop):
            chunk.add_records(block.count(b"\n"), 1)
            contents.append(block.replace(b"\r\n", b"\n") if b"\r" in block else block)
            return block
        head = window.line(0)
        if head is None:
            return b""
        if not head.strip():
            chunk.lines += 1
            return head
        size, lines = self._join(head)
        text = window.peek(size)
        record = _without_end(text)
        # DuckDB is given LF as the only line end
        if lines > 1:
            record = record.replace(b"\r\n", b"\n")
        if self._pattern.fits(record):
            chunk.add_records(1, lines)
            contents.append(record + b"\n")
            return text
        detail = what_is_wrong(record, lines > 1, self._pattern)
        chunk.malformed.append(Malformed(chunk.lines, detail, text_of(head)))
        chunk.lines += 1
        return head

    def _join(self, head: bytes) -> tuple[int, int]:
        """Return the bytes and lines of the record that begins with the line `head`.

        Lines are added for as long as a quoted field goes on. If it never ends, the record is the
        line `head` alone.
        """
        pattern = self._pattern
        record = _without_end(head)
        if pattern.whole.fullmatch(record) or not pattern.unclosed.fullmatch(record):
            return len(head), 1
        cached, size = self._window.cached_inside(len(head))
        lines = 1 + cached
        while lines < self._limits.record_lines and size <= self._limits.record_bytes:
            line = self._window.line(size)
            if line is None:
                break
            lines += 1
            size += len(line)
            record = _without_end(line)
            if not pattern.inside.fullmatch(record) and not pattern.opens_again.fullmatch(record):
                return size, lines
            self._window.note_inside(size)
        return len(head), 1


def _finish(chunk: Chunk, text: bytes) -> None:
    """Note what the bytes of a chunk are."""
    chunk.size = len(text)
    chunk.ends = _line_ends(text)
    chunk.digest = digest_of(text)
    chunk.head = digest_of(text[: text.find(b"\n") + 1])


def _line_ends(text: bytes) -> bytes:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE).astype(np.uint32).tobytes()
    return ends if text.endswith(b"\n") else ends + np.uint32(len(text)).tobytes()


def _without_end(line: bytes) -> bytes:
    return line.rstrip(b"\n").removesuffix(b"\r")
