"""Writes an export in every form, and ingests one: forms.py FILE OUT."""

import csv
import gzip
import json
import sys
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

RUN_AT = "2026-01-01T00:00:00Z"  # after every ticket of a sample
TIMES = ("%Y-%m-%d %H:%M:%S", "%m/%d/%y %H:%M")
FORMS = ("csv", "csv.gz", "zip", "utf16", "xlsx", "json", "ndjson", "parquet")
Rows = Sequence[Sequence[str]]


def write_form(export: Path, form: str) -> Path:
    """The whole records of an export in a form, next to it; written where it is missing."""
    file = export.with_name(f"whole.{form}")
    if file.exists():
        return file
    with export.open(encoding="utf-8", newline="") as text:
        header, *rows = csv.reader(text)
    rows = [row for row in rows if len(row) == len(header)]
    started = file.with_suffix(".started")
    _write(started, form, header, rows)
    return started.rename(file)


def _write(file: Path, form: str, header: Sequence[str], rows: Rows) -> None:
    if form == "xlsx":
        _write_workbook(file, header, rows)
    elif form == "parquet":
        _write_parquet(file, header, rows)
    elif form in ("json", "ndjson"):
        lines = [
            json.dumps({name: cell or None for name, cell in zip(header, row, strict=True)})
            for row in rows
        ]
        file.write_text("[" + ",\n".join(lines) + "]" if form == "json" else "\n".join(lines))
    else:
        _write_csv(file, form, header, rows)


def _write_csv(file: Path, form: str, header: Sequence[str], rows: Rows) -> None:
    plain = file.with_suffix(".plain")
    with plain.open("w", encoding="utf-16" if form == "utf16" else "utf-8", newline="") as text:
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
    if form == "csv.gz":
        file.write_bytes(gzip.compress(plain.read_bytes(), 6))
    elif form == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, "tickets.csv")
    else:
        file.write_bytes(plain.read_bytes())
    plain.unlink()


def _write_workbook(file: Path, header: Sequence[str], rows: Rows) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    book = xlsxwriter.Workbook(str(file), options)
    sheet = book.add_worksheet("Tickets")
    sheet.write_row(0, 0, header)
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(header):
            sheet.write(number, column, _typed(name, row[column]))
    book.close()


def _write_parquet(file: Path, header: Sequence[str], rows: Rows) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        name: [_typed(name, row[place]) for row in rows] for place, name in enumerate(header)
    }
    pq.write_table(pa.table(columns), file)


def _typed(name: str, text: str) -> str | datetime | None:
    """The text, or a point in time; none where a date is spoiled."""
    if not name.endswith("_at"):
        return text or None
    for form in TIMES:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return None


def main() -> None:
    file, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    import opsdesk.steps.ingest  # noqa: F401  imports are not a part of any step
    from opsdesk import Workbench

    bench = Workbench(RUN_AT)
    for name in ("ingest", "again"):
        started = time.perf_counter()
        found = bench.ingest(str(file), "ops_tickets", "", "full", str(out / "lake"))
        print("STAGE", name, round(time.perf_counter() - started, 3), flush=True)
    print("NOTE", found.outcome)


if __name__ == "__main__":
    main()
