"""The first bytes of CSV text: whether they are text, and which columns the header names."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from opsdesk.errors import OpsdeskError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE_END = re.compile(r"\s*[\r\n]+\s*")
MOST_LINES = 100  # of a header; a quote that goes on longer is not closed
LOOKED_AT = 1 << 16  # bytes; a header longer than that is not one


def read_header(
    file: Path, delimiter: str, shown: str, row: int = 1
) -> tuple[tuple[str, ...], int]:
    """Return the names of the columns, which begin on the line `row` of CSV text; its last line.

    `shown` is what messages call the file. A line end in a quoted name becomes a blank.

    Raises:
        OpsdeskError: not UTF-8, or no header on that line.
    """
    with file.open("rb") as stream:
        _skip(stream, row, shown)
        lines = list(islice(_texts(stream, row, shown), MOST_LINES))
    if not lines[0].strip():
        which = "first line" if row == 1 else f"line {row}"
        raise OpsdeskError(
            f"The {which} of {shown} is blank: it must be the header, or `header_row:` in the "
            "mapping must name the line that is."
        )
    reader = csv.reader(lines, delimiter=delimiter)
    names = next(reader)
    if reader.line_num == len(lines) > 1:  # a quote that is not closed
        reader = csv.reader(lines[:1], delimiter=delimiter)
        names = next(reader)
    found = tuple(LINE_END.sub(" ", name).strip() for name in names)
    return found, row + reader.line_num - 1


def _skip(stream: BinaryIO, row: int, shown: str) -> None:
    for before in range(row - 1):
        if not stream.readline():
            raise OpsdeskError(
                f"{shown} has {before} lines, so no header on line {row}: correct "
                "`header_row:` in the mapping."
            )


def _texts(stream: BinaryIO, row: int, shown: str) -> Iterator[str]:
    """Yield the first line of a header, then lines for as long as they are UTF-8, and one more.

    The last is blank, so that a header is never the last.
    """
    first = stream.readline(LOOKED_AT)
    if row == 1:
        first = first.removeprefix(BYTE_ORDER_MARK)
    try:
        yield first.rstrip(b"\r\n").decode("utf-8") + "\n"
    except UnicodeDecodeError as error:
        raise OpsdeskError(
            f"The header of {shown} is not UTF-8 (byte {error.start + 1} of line {row}): "
            "save the export as CSV UTF-8, or name its encoding in the mapping, such as "
            "`encoding: cp1252` (Excel in western Europe) or `encoding: cp1250` (central Europe)."
        ) from None
    with suppress(UnicodeDecodeError):
        while line := stream.readline(LOOKED_AT):
            yield line.decode("utf-8")
    yield ""


def check_is_text(first: bytes, shown: str) -> None:
    """Refuse what does not begin as CSV text; `first` are the first LOOKED_AT bytes.

    Raises:
        OpsdeskError: it does not; the text says what it is.
    """
    if b"\0" in first:
        raise OpsdeskError(
            f"The export {shown} is not text: it holds zero bytes (UTF-16 or binary). "
            "Save it as CSV UTF-8, or name its encoding in the mapping, such as "
            "`encoding: utf-16-le`."
        )
    if not first.removeprefix(BYTE_ORDER_MARK).strip(b" \t\r\n"):
        raise OpsdeskError(f"The export {shown} is empty: not even a header line. Export it again.")
    # a bare CR inside quotes is fine, but no line end at all is not
    if b"\n" not in first and b"\r" in first:
        raise OpsdeskError(
            f"The export {shown} ends its lines with a bare CR (old Mac): save it with LF or CRLF."
        )


def missing_columns(
    header: tuple[str, ...],
    missing: list[str],
    mapping: str,
    shown: str,
    others: tuple[str, ...] = (),
    delimiter: str = "",
) -> OpsdeskError:
    """Return the error for columns that a mapping names and a header does not have.

    Args:
        missing: each in quotes, with its alternatives.
        mapping: the mapping's file, as messages name it.
        others: columns of the export that were left out.
        delimiter: what separated its columns.
    """
    # a header in one piece is most likely one with another delimiter
    separator = _other_separator(header, delimiter)
    if separator:
        return OpsdeskError(
            f"{shown} separates its columns by {separator!r}: "
            f"write `delimiter: {json.dumps(separator)}` into {mapping}."
        )
    there = [*filter(None, header), *others]
    listed = f"Its columns are: {', '.join(map(repr, there))}" if there else "It has no column"
    # a title, or another table
    elsewhere = (
        ", or, where the names of the columns are in another row or sheet, say which with "
        "`header_row:` or `sheet:`"
    )
    return OpsdeskError(
        f"{shown} has no column {', '.join(missing)}, which {mapping} needs. {listed}. "
        f"Correct the export, or name the right columns in {mapping}"
        f"{elsewhere if len(there) < len(missing) else ''}."
    )


def refuse_repeated_columns(
    header: tuple[str, ...], wanted: list[str] | tuple[str, ...], shown: str
) -> None:
    """Refuse a header that has a wanted column twice.

    Raises:
        OpsdeskError: it has.
    """
    for name in wanted:
        if header.count(name) > 1:
            raise OpsdeskError(
                f"{shown} has the column {name!r} twice: which one is meant? Rename one."
            )


def _other_separator(header: tuple[str, ...], delimiter: str) -> str | None:
    """Return what separates the names in a header that was read as a single one."""
    if len(header) > 1:
        return None
    others = (sign for sign in ";\t|," if sign != delimiter)
    return next((sign for sign in others if sign in header[0]), None)
