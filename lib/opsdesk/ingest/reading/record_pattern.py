"""What a record looks like, as regular expressions, and what is wrong with a line that is not one.

The expressions are possessive: they never go back, so no line takes more than its length.
"""

import csv
import re
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Limits:
    """Bounds of reading: they bound memory and what a quote that is never closed can cost."""

    chunk_lines: int = 2000  # lines after which a chunk may end
    record_lines: int = 1000  # lines that a quoted field may take
    record_bytes: int = 2_000_000  # DuckDB's own limit
    read_bytes: int = 1 << 22  # read at a time


LIMITS = Limits()
NOT_UTF8 = "not UTF-8"


class Window(Protocol):
    """What `RecordPattern.plain_block` needs of the part of a file that is in memory."""

    text: bytes
    at: int
    position: int


class RecordPattern:
    """What records with a number of fields look like."""

    def __init__(self, delimiter: str, fields: int, limits: Limits = LIMITS) -> None:
        self.delimiter = delimiter
        self.fields = fields
        self.limits = limits
        mark = re.escape(delimiter.encode())
        bare = rb'[^"%s\r\n][^%s\r\n]*+' % (mark, mark)
        inside = rb'[^"]*+(?:""[^"]*+)*+'  # of quotes
        value = rb'(?:%s|"%s"|)' % (bare, inside)
        opened = rb'(?:%s%s)*+"%s' % (value, mark, inside)
        self.whole = re.compile(rb"%s(?:%s%s){%d}" % (value, mark, value, fields - 1))
        self.unclosed = re.compile(opened)  # ends inside a quoted field
        self.inside = re.compile(inside)  # a line within a quoted field, which goes on
        self.opens_again = re.compile(rb'%s"%s%s' % (inside, mark, opened))  # and another is open
        self.stray = re.compile(rb'(?:^|%s)"%s"[^"%s]' % (mark, inside, mark))  # text after a quote
        self.lines = _plain_lines(mark, fields, limits.chunk_lines)

    def plain_block(self, window: Window, stop: int | None) -> bytes:
        """Return the records of one line each that come next: nearly all of a file.

        They end at the byte `stop` of the file, or where the window ends.
        """
        end = len(window.text) if stop is None else window.at + stop - window.position
        found = self.lines.match(window.text, window.at, end)
        block = _until_not_utf8(found[0]) if found else b""
        largest = self.limits.record_bytes
        is_long = len(block) > largest and max(map(len, block.split(b"\n"))) > largest
        return b"" if is_long else block

    def fits(self, record: bytes) -> bool:
        """Return whether `record` is well-formed."""
        if len(record) > self.limits.record_bytes:
            return False
        return self.whole.fullmatch(record) is not None and is_utf8(record)


def _plain_lines(mark: bytes, fields: int, most: int) -> re.Pattern[bytes]:
    """Return the pattern of up to `most` lines that are not blank, each a record."""
    bare = rb'[^"%s\r\n][^%s\r\n]*+' % (mark, mark)
    value = rb'(?:%s|"[^"\n]*+(?:""[^"\n]*+)*+"|)' % bare
    # Greedy, not possessive as the rest: before 3.11.5 Python took what the lookahead had seen for
    # a part of the match.
    line = rb"(?![^\S\n]*\n)%s(?:%s%s){%d}\r?\n" % (value, mark, value, fields - 1)
    return re.compile(rb"(?:%s){1,%d}" % (line, most))


def is_utf8(record: bytes) -> bool:
    """Return whether a record can be read as UTF-8."""
    try:
        record.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _until_not_utf8(block: bytes) -> bytes:
    """Return the lines of a block before the first that is not UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return block[: block.rfind(b"\n", 0, error.start) + 1]
    return block


def what_is_wrong(record: bytes, was_joined: bool, pattern: RecordPattern) -> str:
    """Return why a record is malformed, in a few words."""
    if was_joined or pattern.unclosed.fullmatch(record):
        return "a quote that is not closed"
    if len(record) > pattern.limits.record_bytes:
        return "longer than 2 MB"
    if not is_utf8(record):
        return NOT_UTF8
    if b"\r" in record:
        return "a carriage return inside the line"
    if pattern.stray.search(record):
        return "text after a closing quote"
    return _wrong_count(record.decode(), pattern.delimiter, pattern.fields)


def _wrong_count(line: str, delimiter: str, fields: int) -> str:
    """Return how far a line of complete fields is from the header's number of them."""
    try:
        found = len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:  # a field longer than Python's reader takes
        return "too few or too many fields"
    return f"too {'few' if found < fields else 'many'} fields: {found} of {fields}"
