"""An Excel workbook (.xlsx): one sheet of it becomes CSV text.

The sheet is in memory while it is converted: Excel's own limit of rows bounds it.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.forms.archives import check_zip
from opsdesk.ingest.forms.csv_text import CsvText
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.forms.sheet_extent import refuse_far_cells
from opsdesk.ingest.forms.spool import Room, Spool
from opsdesk.ingest.forms.typed_cells import cell_text, instant_text

Row = list[Any]


def read_workbook(path: Path, reading: Reading, work: Path, shown: str) -> CsvText:
    """Return a sheet as CSV text: that which `reading` names, or the first with a header.

    A place is the number of a row in the sheet. Blank rows are left out.

    Raises:
        OpsdeskError: the workbook is incomplete, or has no such sheet or header.
    """
    refuse_unsafe(path, shown)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet, note = _choose(workbook, reading, shown)
    except CalamineError as error:
        raise OpsdeskError(
            f"{shown} is not a complete workbook ({error}): save it again."
        ) from None
    header = _header(sheet, reading.header_row)
    where = f"{shown} [{sheet.name}]"
    if not header:
        raise OpsdeskError(
            f"{where} has no header in row {reading.header_row}: name the row of the column names "
            "with `header_row:` in the mapping, or another sheet with `sheet:`."
        )
    with Spool(work, header, Room(path, where)) as spool:
        notes = (note, _convert(sheet, reading.header_row, len(header), spool))
    return CsvText(
        spool.path,
        header,
        label=f" [{sheet.name}]",
        is_typed=True,
        places=spool.places,
        unread=spool.unread,
        notes=tuple(f"{where}: {text}" for text in notes if text),
    )


def visible_sheets(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets of cells that are not hidden, in their order."""
    return [found.name for found in workbook.sheets_metadata if _is_visible(found)]


def refuse_unsafe(path: Path, shown: str) -> None:
    """Refuse a workbook that is incomplete, or would fill the memory.

    Raises:
        OpsdeskError: it is, or would.
    """
    check_zip(path, shown)
    refuse_far_cells(path, shown)


def _choose(workbook: CalamineWorkbook, reading: Reading, shown: str) -> tuple[CalamineSheet, str]:
    """Return the sheet to read, and a note where there was a choice."""
    names = visible_sheets(workbook)
    listed = ", ".join(map(repr, workbook.sheet_names))
    if reading.sheet:
        if reading.sheet not in workbook.sheet_names:
            raise OpsdeskError(
                f"{shown} has no sheet {reading.sheet!r}; its sheets are: {listed}. "
                "Correct `sheet:` in the mapping."
            )
        return workbook.get_sheet_by_name(reading.sheet), ""
    found = _best(workbook, names, reading)
    if not found:
        raise OpsdeskError(
            f"{shown} has no sheet with a header in row {reading.header_row}; its sheets are: "
            f"{listed}. Name the right one with `sheet:` and `header_row:` in the mapping."
        )
    if len(names) == 1:
        return found, ""
    return found, f"this sheet was read, of {listed}; `sheet:` in the mapping names another."


def _best(workbook: CalamineWorkbook, names: list[str], reading: Reading) -> CalamineSheet | None:
    """Return the first sheet whose header has a wanted column, else the first with a header."""
    best = None
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        header = _header(sheet, reading.header_row)
        if not {*header}.isdisjoint(reading.wanted or header):
            return sheet
        if header and not best:
            best = sheet
    return best


def _is_visible(sheet: SheetMetadata) -> bool:
    is_of_cells = sheet.typ == SheetTypeEnum.WorkSheet
    return bool(is_of_cells and sheet.visible == SheetVisibleEnum.Visible)


def _header(sheet: CalamineSheet, row: int) -> tuple[str, ...]:
    """Return the names in a row, with single blanks, up to the last that is not blank."""
    cells = next(islice(sheet.iter_rows(), row - 1, row), [])
    names = [" ".join(cell_text(cell).split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _convert(sheet: CalamineSheet, header_row: int, width: int, spool: Spool) -> str:
    """Write the rows after the header; return a note on cells that have no column."""
    with_time = _columns_with_time(sheet, header_row)
    outside = 0
    for place, row in _rows(sheet, header_row):
        cells = [cell if type(cell) is str else cell_text(cell) for cell in row[:width]]
        for column in with_time:
            # a midnight among times is a time, and so is not shown as a date alone
            if column < width and cells[column] and type(row[column]) is not str:
                cells[column] = _instant(row[column])
        outside += any(cell != "" for cell in row[width:])
        spool.add(place, cells)
    if not outside:
        return ""
    return f"cells to the right of the last column name were left out, in {outside:,} rows."


def _columns_with_time(sheet: CalamineSheet, header_row: int) -> list[int]:
    found: set[int] = set()
    for _, row in _rows(sheet, header_row):
        kinds = list(map(type, row))
        if datetime in kinds:
            found.update(column for column, kind in enumerate(kinds) if kind is datetime)
    return sorted(found)


def _instant(value: Any) -> str:
    is_date = hasattr(value, "isoformat") and hasattr(value, "year")
    return instant_text(value) if is_date else cell_text(value)


def _rows(sheet: CalamineSheet, header_row: int) -> Iterator[tuple[int, Row]]:
    """Yield the rows after the header that are not blank, each with its number."""
    for place, row in enumerate(sheet.iter_rows(), 1):
        if place > header_row and any(cell != "" for cell in row):
            yield place, row
