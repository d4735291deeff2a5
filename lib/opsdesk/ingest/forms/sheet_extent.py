"""How far the cells of a workbook reach: a sheet is held in memory as one rectangle."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from opsdesk.errors import OpsdeskError

CHUNK = 1 << 22  # bytes that are looked at a time
OVERLAP = 1 << 10  # bytes; what describes a cell is shorter
LARGEST = 20_000_000  # cells, about 600 MB; larger sheets must be filled
LEAST_FILLED = 20  # one cell in this number
ROW = re.compile(rb'<row\b[^>]*?\br="(\d{1,7})"')
# r comes first nearly always, and a pattern that begins with it takes a tenth of the time
LARGE_COLUMN = re.compile(rb'<c (?:r="|[^r>][^>]*? r=")([A-Z]{2,3})\d')
# a cell without a value ends in a slash
FILLED = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')


def refuse_far_cells(path: Path, shown: str) -> None:
    """Refuse a workbook with a cell so far away that the rectangle would fill the memory.

    Raises:
        OpsdeskError: it has one.
    """
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            is_sheet = entry.filename.startswith("xl/worksheets/")
            if is_sheet and _may_be_large(archive, entry):
                _refuse_sparse(archive, entry, shown)


def _may_be_large(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    rows = 999
    columns = 26
    for text in _pieces(archive, entry):
        # rows are in their order
        last = ROW.match(text, max(text.rfind(b"<row "), 0))
        rows = max(rows, int(last[1]) if last else 0)
        columns = max(columns, *map(_number, set(LARGE_COLUMN.findall(text))), 0)
    return rows * columns > LARGEST


def _refuse_sparse(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str) -> None:
    filled = 0
    last_row = 0
    last_column = b""
    for text in _pieces(archive, entry):
        for column, row in FILLED.findall(text):
            filled += 1
            last_row = max(last_row, int(row))
            last_column = max(last_column, column, key=_number)
    size = last_row * _number(last_column)
    if size > LARGEST and filled * LEAST_FILLED < size:
        raise OpsdeskError(
            f"{shown} has cells far away from its table: {entry.filename} in it reaches to row "
            f"{last_row:,} and column {last_column.decode()}, and holds {filled:,} cells. Copy the "
            "table into a new workbook, or save it as CSV UTF-8."
        )


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the text of a sheet in pieces, which overlap."""
    before = b""
    with archive.open(entry) as packed:
        while chunk := packed.read(CHUNK):
            yield before + chunk
            before = chunk[-OVERLAP:]


def _number(column: bytes) -> int:
    """Return the number of a column, from 1: A, B ... Z, AA."""
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number
