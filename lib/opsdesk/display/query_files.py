"""The files that `opsdesk query --output` writes, each whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from pyarrow.lib import ArrowException

from opsdesk.display.query_output import table_text
from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_zone

ENDINGS = {".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}
WALL_TIMES = ("csv", "xlsx")  # Excel reads no time with an offset


def form_of(output: Path, form: str | None) -> str:
    """Return the form to write `output` in: that of its ending; `form` is what a person named.

    Raises:
        OpsdeskError: neither says it, or they disagree.
    """
    by_ending = ENDINGS.get(output.suffix.lower())
    if form and by_ending in (None, form):
        return form
    if by_ending and not form:
        return by_ending
    if form:
        raise OpsdeskError(
            f"{output} ends in {output.suffix}, and --format says {form}: leave --format out, or "
            "give the file another ending."
        )
    raise OpsdeskError(
        f"{output} does not say which form it is to have: let it end in .csv, .parquet or .xlsx, "
        "or name the form with --format."
    )


def in_zone(rows: pd.DataFrame, timezone: str, form: str) -> pd.DataFrame:
    """Return `rows` with every instant as a time in `timezone`, which the column's name then says.

    CSV and xlsx get wall times without an offset.
    """
    shown = rows.copy(deep=False)
    names = list(rows.columns)
    for place, dtype in enumerate(rows.dtypes):
        if isinstance(dtype, pd.DatetimeTZDtype):
            local = rows.iloc[:, place].dt.tz_convert(read_zone(timezone))
            is_wall_time = form in WALL_TIMES
            shown.isetitem(place, local.dt.tz_localize(None) if is_wall_time else local)
            names[place] = f"{names[place]} ({timezone})"
    return shown.set_axis(names, axis="columns")


def write_rows(rows: pd.DataFrame, output: Path, form: str, *, bom: bool = False) -> None:
    """Write `rows` to the file `output` as table, csv, parquet or xlsx.

    Excel reads a CSV file as UTF-8 only if it begins with a `bom`.

    Raises:
        OpsdeskError: the file cannot be written; what was there is then as it was.
    """
    try:
        with _replaced(output) as path:
            _write(rows, path, form, bom)
    except OSError as error:
        raise OpsdeskError(f"{output} cannot be written: {error.strerror or error}.") from None
    except (ValueError, ArrowException) as error:
        raise OpsdeskError(f"{output} cannot be written as {form}: {error}") from None


@contextmanager
def _replaced(output: Path) -> Iterator[Path]:
    """Yield a path next to `output` that becomes it when all is written."""
    target = output.resolve()
    if target.exists() and not target.is_file():  # a device, such as /dev/stdout
        yield target
        return
    new = target.with_name(f".opsdesk-{os.getpid()}.new")
    try:
        yield new
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _write(rows: pd.DataFrame, path: Path, form: str, bom: bool) -> None:
    if form == "parquet":
        rows.to_parquet(path, index=False)
    elif form == "xlsx":
        from opsdesk.display.query_sheet import write_sheet

        # a sheet knows no zones: the name of the column says it
        write_sheet(in_zone(rows, "UTC", form), path)
    elif form == "csv":
        with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as text:
            rows.to_csv(text, index=False, lineterminator="\n")
    else:
        path.write_text(table_text(rows, None), encoding="utf-8")
