"""How a file is to be read: its encoding, what separates its columns, and where its header is."""

import csv
import io
from collections import Counter
from itertools import islice
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.guess.encoding import guess_encoding, has_mark
from opsdesk.ingest.export_header import LOOKED_AT
from opsdesk.ingest.forms.archives import unpack_gzip, unpack_zip
from opsdesk.ingest.forms.encodings import encoding_of
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.forms.recognise import (
    GZIP,
    TEXT,
    WORKBOOK,
    ZIP,
    first_bytes,
    form_of,
    is_json,
)

CSV = "CSV"
EXCEL = "Excel"
JSON = "JSON"
PARQUET = "Parquet"
SEPARATORS = (",", ";", "\t", "|")
ROWS = 200  # that are looked at for the header
FEW = 3  # columns that a title or a note above the header may have


def guess_reading(path: Path, work: Path, shown: str) -> tuple[str, Reading]:
    """Return what a file is, and how to read it; archives are unpacked into `work` for it.

    Raises:
        OpsdeskError: the file is of a form that is not read, or has only one column.
    """
    form = form_of(path, shown)
    if form == GZIP:
        path = unpack_gzip(path, work, shown, _no_check)
    elif form == ZIP:
        _, path = next(unpack_zip(path, work, shown, _no_check))
    form = form_of(path, shown)
    if form == WORKBOOK:
        sheet, row = _fullest_sheet(path, shown)
        return EXCEL, Reading(sheet=sheet, header_row=row)
    if form != TEXT:
        return PARQUET, Reading()
    if is_json(first_bytes(path)):
        return JSON, Reading()
    return CSV, _reading_of_text(path, shown)


def _no_check(first: bytes, shown: str) -> None:
    """Check nothing: what is unpacked is looked at next."""


def _reading_of_text(path: Path, shown: str) -> Reading:
    first = first_bytes(path)
    encoding = guess_encoding(path, first)
    if not encoding and b"\0" in first and not has_mark(first):
        return Reading()  # reading says what is wrong
    codec = encoding or encoding_of(first, "", shown) or "utf-8"
    text = first.decode(codec, errors="replace").removeprefix("\ufeff")
    if not text.strip():
        return Reading(encoding=encoding)
    whole = text.rsplit("\n", 1)[0] if len(first) == LOOKED_AT and "\n" in text else text
    delimiter, rows = _separator(whole)
    if not delimiter:
        raise OpsdeskError(
            f"{shown} has one column only: none of comma, semicolon, tab and | separates its "
            "cells. Export the tickets as CSV or .xlsx."
        )
    return Reading(delimiter, encoding, header_row=_header_line(rows))


def _separator(text: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the sign that splits most rows into the same number of cells, and those rows."""
    best = ("", 0.0)
    rows: list[tuple[int, list[str]]] = []
    for sign in SEPARATORS:
        found = _rows(text, sign)
        widths = Counter(len(cells) for _, cells in found)
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        score = (width - 1) * times / max(1, len(found))
        if width > 1 and score > best[1]:
            best = (sign, score)
            rows = found
    return best[0], rows


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the line on which a row begins, and its cells, of the rows that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = []
    line = 1
    try:
        for cells in islice(reader, ROWS):
            if any(map(str.strip, cells)):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        pass  # what was read until here says enough
    return found


def _header_line(rows: list[tuple[int, list[str]]]) -> int:
    """Return the line of the first row that is as wide as most, and mostly filled."""
    width = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    return next((line for line, cells in rows if _is_header(cells, width)), 1)


def _is_header(cells: list[str], width: int) -> bool:
    filled = sum(bool(cell.strip()) for cell in cells)
    return len(cells) >= min(width, FEW) and filled * 2 > width


def _fullest_sheet(path: Path, shown: str) -> tuple[str, int]:
    """Return the sheet with most cells in its first rows, and the row of its header.

    "" is a workbook with one sheet, or none that can be seen.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    from opsdesk.ingest.forms.workbook import refuse_unsafe, visible_sheets

    refuse_unsafe(path, shown)
    most = 0
    best = ("", 1)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = visible_sheets(workbook)
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            rows = list(islice(sheet.iter_rows(), ROWS))
            listed = [(row + 1, list(map(str, cells))) for row, cells in enumerate(rows)]
            filled = [row for row in listed if any(map(str.strip, row[1]))]
            cells = sum(bool(cell.strip()) for _, row in filled for cell in row)
            if cells > most:
                most = cells
                best = (name, _first_row(sheet.start) + _header_of_rows(filled))
    except CalamineError:
        return "", 1  # reading says what is wrong
    return best if len(names) > 1 else ("", best[1])


def _first_row(start: tuple[int, int] | None) -> int:
    """Return how many rows above its first cell a sheet leaves out."""
    return start[0] if start else 0


def _header_of_rows(rows: list[tuple[int, list[str]]]) -> int:
    """Return the first row that has as many filled cells as half of the widest."""
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    most = max(widths)
    return next(row for (row, _), width in zip(rows, widths, strict=True) if width * 2 > most)
