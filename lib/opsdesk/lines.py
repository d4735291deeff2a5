"""The careful reader: an export line by line, for files whose structure DuckDB cannot be trusted with alone."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from opsdesk.export import CHUNK, ExportFile

LONGEST_RECORD = 1000  # physical lines one quoted field may span before its opening quote counts as torn
LARGEST_RECORD = 2_000_000  # bytes, DuckDB's own limit


@dataclass
class Malformed:
    """A line that is no record: its physical number (the header is 1), what is wrong, its text."""

    line: int
    detail: str
    raw: str


def text_of(raw: bytes) -> str:
    """A line as text without its end; bytes that are not UTF-8 are shown as \\xNN."""
    return raw.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")


class Run(NamedTuple):
    """Well-formed records that follow each other: the line of the first, their number, physical lines of each, their bytes."""

    line: int
    records: int
    span: int
    content: bytes


def sort_lines(file: ExportFile, delimiter: str, malformed: list[Malformed]) -> Iterator[Run]:
    """Yields the well-formed records of a file, ended by LF, and puts the other lines into `malformed`.

    A quoted field may hold newlines. Where joining lines does not end in a whole record, the quote is torn: its first
    line alone is malformed and reading goes on with the line after it.
    """
    shape = _Shape(delimiter, len(file.header))
    with file.plain.open("rb") as stream:
        window = _Window(stream)
        number = 1 + window.skip(window.line(0))
        while True:
            if block := shape.plain_block(window):
                yield Run(number, block.count(b"\n"), 1, block.replace(b"\r\n", b"\n"))
                number += window.skip(block)
            head = window.line(0)
            if head is None:
                return
            record, taken, lines = _join(head, window, shape)
            if not head.strip():
                pass
            elif shape.whole.fullmatch(record) and len(record) <= LARGEST_RECORD and _is_utf8(record):
                yield Run(number, 1, lines, record + b"\n")
                number += window.skip(taken)
                continue
            else:
                malformed.append(Malformed(number, _what_is_wrong(record, lines > 1, shape), text_of(head)))
            number += window.skip(head)


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
        self.lines = re.compile(rb"(?:(?!\s*\n)%s(?:%s%s){%d}\r?\n){1,10000}+" % (flat, mark, flat, fields - 1))

    def plain_block(self, window: "_Window") -> bytes:
        """The records of one line each that come next, as many as are in sight: nearly all of a file."""
        found = self.lines.match(window.text, window.at)
        if not found or not _is_utf8(found[0]):
            return b""
        is_long = len(found[0]) > LARGEST_RECORD and max(map(len, found[0].split(b"\n"))) > LARGEST_RECORD
        return b"" if is_long else found[0]


class _Window:
    """A part of the file in memory; lines are looked at from `at` on and skipped when done with."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.text, self.at = stream, b"", 0

    def line(self, offset: int) -> bytes | None:
        """The line that begins `offset` bytes further on, with its end; None after the last."""
        while (end := self.text.find(b"\n", self.at + offset)) < 0:
            chunk = self.stream.read(CHUNK)
            self.text, self.at = self.text[self.at :] + chunk, 0
            if not chunk:
                return self.text[offset:] or None
        return self.text[self.at + offset : end + 1]

    def skip(self, done: bytes) -> int:
        """Goes on behind the bytes `done`; returns how many line ends they hold."""
        self.at += len(done)
        return done.count(b"\n")


def _join(head: bytes, window: _Window, shape: _Shape) -> tuple[bytes, bytes, int]:
    """The record that begins with the line `head`, the bytes and the number of lines it stands in.

    Lines are added as long as a quoted field goes on; each is looked at once.
    """
    parts, taken, lines = [_unended(head)], [head], 1
    goes_on = not shape.whole.fullmatch(parts[0]) and shape.torn.fullmatch(parts[0])
    size = len(head)
    while goes_on and lines < LONGEST_RECORD and size <= LARGEST_RECORD:
        line = window.line(size)
        if line is None:
            break
        parts.append(_unended(line))
        taken.append(line)
        lines, size = lines + 1, size + len(line)
        goes_on = shape.inside.fullmatch(parts[-1]) or shape.opens_again.fullmatch(parts[-1])
    return b"\n".join(parts), b"".join(taken), lines


def _unended(line: bytes) -> bytes:
    return line.rstrip(b"\n").removesuffix(b"\r")


def _is_utf8(record: bytes) -> bool:
    try:
        record.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
