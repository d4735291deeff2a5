"""Rows for people and programs: an aligned table, CSV, Parquet."""

from pathlib import Path

import pandas as pd

from opsdesk.errors import OpsdeskError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60  # characters of a cell in the printed table


def neutralised(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with an apostrophe before each text that a spreadsheet would run as a formula."""
    safe = rows.apply(lambda column: column.map(_neutral)) if len(rows) else rows
    return safe.rename(columns=_neutral)


def csv_text(rows: pd.DataFrame) -> str:
    """`rows` as CSV with a header, NULL as nothing."""
    return rows.to_csv(index=False, lineterminator="\n")


def table_text(rows: pd.DataFrame, limit: int | None) -> str:
    """`rows` as an aligned table; numbers to the right; the last line says how many rows there are."""
    shown = rows if limit is None else rows.head(limit)
    columns = [_cells(name, shown.iloc[:, place]) for place, name in enumerate(shown.columns)]
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    count = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
    rest = (
        f", the first {len(shown):,} shown (--limit 0 shows all)" if len(shown) < len(rows) else ""
    )
    return "\n".join([*lines, f"({count}{rest})"]) + "\n"


def write_rows(rows: pd.DataFrame, output: Path, form: str, limit: int | None = None) -> None:
    """Write `rows` to the file `output` as table, csv or parquet.

    Raises:
        OpsdeskError: the file cannot be written.
    """
    try:
        if form == "parquet":
            rows.to_parquet(output, index=False)
        else:
            output.write_text(
                csv_text(rows) if form == "csv" else table_text(rows, limit), encoding="utf-8"
            )
    except OSError as error:
        raise OpsdeskError(f"{output} cannot be written: {error.strerror or error}.") from None


def _neutral(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _cells(name: object, column: pd.Series) -> list[str]:
    texts = [str(name), *(_cell(value) for value in column)]
    width = max(map(len, texts))
    right = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return [text.rjust(width) if right else text.ljust(width) for text in texts]


def _cell(value: object) -> str:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() and value.tzinfo is None else value)
    text = f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    clean = "".join(character if character.isprintable() else " " for character in text)
    return clean if len(clean) <= WIDEST else f"{clean[: WIDEST - 1]}…"
