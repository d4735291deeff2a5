"""What a record looks like, as regular expressions that never go back, and what is wrong with a line that is none."""

import csv
import re
from typing import Protocol

CHUNK_LINES = 2000  # lines after which a chunk may end
LARGEST_RECORD = 2_000_000  # bytes, DuckDB's own limit


class Window(Protocol):
    """What `RecordPattern.plain_block` needs of the part of a file that is in memory."""

    text: bytes
    at: int
    position: int


class RecordPattern:
    """What records of so many fields look like, as regular expressions that never go back."""

    def __init__(self, delimiter: str, fields: int) -> None:
        self.delimiter, self.fields = delimiter, fields
        mark = re.escape(delimiter.encode())
        bare, quotes = rb'[^"%s\r\n][^%s\r\n]*+' % (mark, mark), rb'"[^"]*+(?:""[^"]*+)*+'
        value = rb'(?:%s|%s"|)' % (bare, quotes)
        self.whole = re.compile(rb"%s(?:%s%s){%d}" % (value, mark, value, fields - 1))
        self.torn = re.compile(
            rb"(?:%s%s)*+%s" % (value, mark, quotes)
        )  # ends inside a quoted field
        inside = rb'[^"]*+(?:""[^"]*+)*+'
        self.inside = re.compile(inside)  # a line within a quoted field, which goes on
        self.opens_again = re.compile(
            rb'%s"%s(?:%s%s)*+%s' % (inside, mark, value, mark, quotes)
        )  # and another is open
        self.stray = re.compile(
            rb'(?:^|%s)"[^"]*+(?:""[^"]*+)*+"[^"%s]' % (mark, mark)
        )  # text after a closing quote
        flat = rb'(?:[^"%s\r\n][^%s\r\n]*+|"[^"\n]*+(?:""[^"\n]*+)*+"|)' % (mark, mark)
        # greedy, not possessive as the rest: before 3.11.5 Python took what the lookahead had seen for a part of the match
        self.lines = re.compile(
            rb"(?:(?![^\S\n]*\n)%s(?:%s%s){%d}\r?\n){1,%d}"
            % (flat, mark, flat, fields - 1, CHUNK_LINES)
        )

    def plain_block(self, window: Window, stop: int | None) -> bytes:
        """The records of one line each that come next, as many as are in sight: nearly all of a file."""
        end = len(window.text) if stop is None else window.at + stop - window.position
        found = self.lines.match(window.text, window.at, end)
        block = _until_not_utf8(found[0]) if found else b""
        is_long = len(block) > LARGEST_RECORD and max(map(len, block.split(b"\n"))) > LARGEST_RECORD
        return b"" if is_long else block


def is_utf8(record: bytes) -> bool:
    """Whether a record can be read as UTF-8."""
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


def what_is_wrong(record: bytes, was_joined: bool, pattern: RecordPattern) -> str:
    """Why a record is malformed, in a few words."""
    if was_joined or pattern.torn.fullmatch(record):
        return "a quote that is not closed"
    if len(record) > LARGEST_RECORD:
        return "longer than 2 MB"
    if not is_utf8(record):
        return "not UTF-8"
    if b"\r" in record:
        return "a carriage return inside the line"
    if pattern.stray.search(record):
        return "text after a closing quote"
    return wrong_count(record.decode(), pattern.delimiter, pattern.fields)


def wrong_count(line: str, delimiter: str, fields: int) -> str:
    """How far a line of whole fields is from the header's number of them."""
    try:
        found = len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:  # a field longer than Python's reader takes
        return "too few or too many fields"
    return f"too {'few' if found < fields else 'many'} fields: {found} of {fields}"
