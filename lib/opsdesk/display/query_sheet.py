"""The rows of `opsdesk query` as an Excel sheet: real dates and numbers, and never a formula."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_datetime64_dtype, is_scalar
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from opsdesk.errors import OpsdeskError

# What an Excel sheet can hold; the first row has the names.
MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
LARGEST_WHOLE = 2**53  # Excel's numbers are floats: beyond, digits would change
FIRST_DAY = datetime(1900, 1, 1)  # Excel knows no day before it
ONE_ROW_IN_MEMORY = {"constant_memory": True}


def write_sheet(rows: pd.DataFrame, path: Path) -> None:
    """Write rows to an .xlsx file, one row in memory at a time; their times have no zone.

    Raises:
        OpsdeskError: more rows, columns or text than a sheet can hold; no room to write.
    """
    _refuse_too_many(rows)
    try:
        with Workbook(str(path), ONE_ROW_IN_MEMORY) as book:
            sheet = book.add_worksheet("rows")
            sheet.freeze_panes(1, 0)
            _write_rows(sheet, rows, [_date_format(book, column) for _, column in rows.items()])
    except XlsxWriterException as error:
        raise OpsdeskError(f"The sheet cannot be written: {error}.") from None


def _refuse_too_many(rows: pd.DataFrame) -> None:
    found = {"rows": len(rows), "columns": len(rows.columns)}
    for what, most in (("rows", MOST_ROWS), ("columns", MOST_COLUMNS)):
        if found[what] > most:
            raise OpsdeskError(
                f"The answer has {found[what]:,} {what}, and an Excel sheet holds {most:,}: write "
                "it as .csv or .parquet, or ask for less."
            )


def _date_format(book: Workbook, column: pd.Series) -> Format:
    """Return how the dates of a column are shown: DuckDB gives a DATE as midnights."""
    pattern = "yyyy-mm-dd" if _has_days_only(column) else "yyyy-mm-dd hh:mm:ss"
    return book.add_format({"num_format": pattern})


def _has_days_only(column: pd.Series) -> bool:
    if not is_datetime64_dtype(column):  # objects; BigQuery gives dates as such
        return not any(isinstance(value, datetime) for value in column)
    return bool((column.dropna() == column.dropna().dt.normalize()).all())


def _write_rows(sheet: Worksheet, rows: pd.DataFrame, formats: list[Format]) -> None:
    for place, name in enumerate(rows.columns):
        _write_text(sheet, 0, place, str(name))
    for number, row in enumerate(rows.itertuples(index=False, name=None), 1):
        _write_row(sheet, number, row, formats)


def _write_row(sheet: Worksheet, number: int, row: Iterable[Any], formats: list[Format]) -> None:
    for place, value in enumerate(row):
        if not (is_scalar(value) and pd.isna(value)):
            _write_cell(sheet, number, place, value, formats[place])


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, shown: Format) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and _is_exact(value):
        sheet.write_number(row, column, float(value))
    elif _is_date(value):
        sheet.write_datetime(row, column, value, shown)
    else:
        _write_text(sheet, row, column, str(value))


def _is_exact(number: float | Decimal) -> bool:
    """Return whether Excel can keep a number."""
    return isfinite(number) and (isinstance(number, float) or abs(number) <= LARGEST_WHOLE)


def _is_date(value: object) -> bool:
    """Return whether Excel can keep a value as a date."""
    if isinstance(value, datetime):
        return value.tzinfo is None and value >= FIRST_DAY
    return isinstance(value, date) and value >= FIRST_DAY.date()


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a text as text: Excel runs nothing in it, whatever it begins with."""
    if len(text) > LONGEST_TEXT:
        raise OpsdeskError(
            f"Row {row + 1} has a text of {len(text):,} characters, and a cell of Excel holds "
            f"{LONGEST_TEXT:,}: write the answer as .csv or .parquet."
        )
    sheet.write_string(row, column, text)
