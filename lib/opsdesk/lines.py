"""The careful reader: an export line by line, for files whose structure DuckDB cannot be trusted with alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from opsdesk.export import ExportFile

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


def sort_lines(file: ExportFile, delimiter: str, malformed: list[Malformed]) -> Iterator[tuple[int, int, bytes]]:
    """Yields (line, physical lines, bytes ending in LF) of each well-formed record; the others go to `malformed`.

    A quoted field may hold newlines. Where joining lines does not end in a whole record, the quote is torn: its first
    line alone is malformed and reading goes on with the line after it.
    """
    mark = re.escape(delimiter.encode())
    plain, quotes = rb'[^"%s\n][^%s\n]*+' % (mark, mark), rb'"[^"]*+(?:""[^"]*+)*+'
    value = rb'(?:%s|%s"|)' % (plain, quotes)
    whole = re.compile(rb"%s(?:%s%s){%d}" % (value, mark, value, len(file.header) - 1))
    torn = re.compile(rb"(?:%s%s)*%s" % (value, mark, quotes))  # ends inside a quoted field
    with file.plain.open("rb") as lines:
        waiting = enumerate(lines, 1)
        next(waiting)
        again: list[tuple[int, bytes]] = []
        while (head := again.pop() if again else next(waiting, None)) is not None:
            number, record = head[0], _unended(head[1])
            if not record.strip():
                continue
            joined: list[tuple[int, bytes]] = []
            while not whole.fullmatch(record) and torn.fullmatch(record) and len(joined) < LONGEST_RECORD:
                closing = _lines_to_next_quote(waiting, again, LONGEST_RECORD - len(joined))
                joined += closing
                record = b"\n".join([record, *(_unended(line) for _, line in closing)])
                if not closing or b'"' not in closing[-1][1]:
                    break
            if whole.fullmatch(record) and len(record) <= LARGEST_RECORD and _is_utf8(record):
                yield number, 1 + len(joined), record + b"\n"
            else:
                malformed.append(Malformed(number, _what_is_wrong(record, joined, torn, mark, value), text_of(head[1])))
                again.extend(reversed(joined))


def _lines_to_next_quote(waiting: Iterator, again: list[tuple[int, bytes]], most: int) -> list[tuple[int, bytes]]:
    """The lines up to and with the next one that holds a quote: only there a quoted field can end."""
    taken: list[tuple[int, bytes]] = []
    while len(taken) < most and (line := again.pop() if again else next(waiting, None)) is not None:
        taken.append(line)
        if b'"' in line[1]:
            break
    return taken


def _unended(line: bytes) -> bytes:
    return line.rstrip(b"\n").removesuffix(b"\r")


def _is_utf8(record: bytes) -> bool:
    try:
        record.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _what_is_wrong(record: bytes, joined: list, torn: re.Pattern, mark: bytes, value: bytes) -> str:
    if joined or torn.fullmatch(record):
        return "a quote that is not closed"
    if len(record) > LARGEST_RECORD:
        return "longer than 2 MB"
    if not _is_utf8(record):
        return "not UTF-8"
    if not re.fullmatch(rb"%s(?:%s%s)*" % (value, mark, value), record):
        return "text after a closing quote"
    return "too many or too few fields"
