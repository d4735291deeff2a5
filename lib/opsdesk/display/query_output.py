"""The rows of `opsdesk query`, for people and for programs: an aligned table, CSV, Parquet."""

from pathlib import Path

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from tabulate import tabulate

from opsdesk.errors import OpsdeskError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60  # characters of a cell in the printed table


def neutralised(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with an apostrophe before each text that a spreadsheet would run."""
    safe = rows.apply(lambda column: column.map(_neutral)) if len(rows) else rows
    return safe.rename(columns=_neutral)


def csv_text(rows: pd.DataFrame) -> str:
    """Return `rows` as CSV with a header; NULL is an empty field."""
    return rows.to_csv(index=False, lineterminator="\n")


def table_text(rows: pd.DataFrame, limit: int | None) -> str:
    """Return the first `limit` rows as an aligned table, numbers to the right.

    The last line has the number of all rows. None is no limit.
    """
    shown = rows if limit is None else rows.head(limit)
    cells = [[str(name) for name in shown]]
    for row in shown.itertuples(index=False, name=None):
        cells.append([_cell(value) for value in row])
    table = tabulate(
        cells,  # the names as a row, because tabulate pads headers
        tablefmt="plain",
        colalign=[_side(column) for _, column in shown.items()],
        disable_numparse=True,  # a text such as 1e5 stays what it is
        preserve_whitespace=True,
    )
    lines = [line.rstrip() for line in table.split("\n")]
    return "\n".join([*lines, _count(rows, shown)]) + "\n"


def write_rows(rows: pd.DataFrame, output: Path, form: str, limit: int | None = None) -> None:
    """Write `rows` to the file `output` as table, csv or parquet.

    Raises:
        OpsdeskError: the file cannot be written.
    """
    try:
        if form == "parquet":
            rows.to_parquet(output, index=False)
        else:
            text = csv_text(rows) if form == "csv" else table_text(rows, limit)
            output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OpsdeskError(f"{output} cannot be written: {error.strerror or error}.") from None


def _neutral(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula else value


def _side(column: pd.Series) -> str:
    is_number = is_numeric_dtype(column) and not is_bool_dtype(column)
    return "right" if is_number else "left"


def _count(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    count = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
    if len(shown) == len(rows):
        return f"({count})"
    return f"({count}, the first {len(shown):,} shown (--limit 0 shows all))"


def _cell(value: object) -> str:
    """Return a value as one line of at most WIDEST characters, without control characters."""
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        is_day = value == value.normalize() and value.tzinfo is None
        return str(value.date() if is_day else value)
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    clean = "".join(character if character.isprintable() else " " for character in str(value))
    return clean if len(clean) <= WIDEST else f"{clean[: WIDEST - 1]}…"
