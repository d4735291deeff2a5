"""The export as records: DuckDB reads them, and where their structure is in doubt a careful reader sorts them first.

DuckDB's reader is fast and reports lines of the wrong shape. Its answer is believed only if counting proves it:
physical lines = header + records + reported lines. Quoted newlines, blank lines or a torn quote break the equation; then
`lines.sort_lines` reads the file line by line, recovers after a torn quote, and DuckDB reads what is well formed.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.export import ExportFile
from opsdesk.lines import Malformed, Run, sort_lines, text_of, wrong_count
from opsdesk.sql_text import quoted

BELIEVED = {"MISSING COLUMNS", "TOO MANY COLUMNS"}  # what DuckDB may report of a line for its counts to count


@dataclass
class Layout:
    """Where the records of one file stand, counted from 0.

    `starts` and `offsets`: from record `starts[i]` on, line = record + offsets[i].
    `spans`: records of more than one physical line, and of how many.
    """

    file: ExportFile
    records: int = 0
    starts: array = field(default_factory=lambda: array("q"))
    offsets: array = field(default_factory=lambda: array("q"))
    spans: dict[int, int] = field(default_factory=dict)
    malformed: list[Malformed] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Data rows of the file: its records and its malformed lines."""
        return self.records + len(self.malformed)

    def line_of(self, record: int) -> int:
        """The physical line on which a record of this file starts."""
        return record + self.offsets[bisect_right(self.starts, record) - 1]

    def raw_texts(self, records: Iterable[int]) -> Iterator[tuple[int, int, str]]:
        """For each of some records, in order: the record, its physical line, its text as it stands there."""
        with self.file.plain.open("rb") as stream:
            lines = enumerate(stream, 1)
            for record in records:
                start = self.line_of(record)
                text = next(line for number, line in lines if number == start)
                for _ in range(self.spans.get(record, 1) - 1):
                    text += next(lines)[1]
                yield record, start, text_of(text)


def read_records(
    con: duckdb.DuckDBPyConnection, file: ExportFile, delimiter: str, columns: list[str], table: str, work: Path
) -> Layout:
    """Creates `table` with the text cells of `columns` of every record of `file`.

    Columns are named c0, c1, ... by their place in the header. Record k of the file, counted from 0, is the row with
    rowid k: the file is read by one thread into a plain copy, as more threads and more work may change the order.

    Raises:
        OpsdeskError: counts that do not add up, which would be a defect of the reader.
    """
    places = sorted({file.header.index(column) for column in columns})
    create = f"CREATE OR REPLACE TABLE {table} AS SELECT {', '.join(f'c{place}' for place in places)} FROM "
    layout = _read_fast(con, file, delimiter, create, table)
    return layout or _read_careful(con, file, delimiter, create, work / f"{table}.csv", table)


def _source(path: Path, columns: int, delimiter: str, options: str) -> str:
    named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(columns))
    return (
        f"read_csv({quoted(str(path))}, auto_detect=false, delim={quoted(delimiter)}, quote='\"', escape='\"', "
        f"columns={{{named}}}, parallel=false, {options})"
    )


def _read_fast(
    con: duckdb.DuckDBPyConnection, file: ExportFile, delimiter: str, create: str, table: str
) -> Layout | None:
    """DuckDB's own reading, or None when its counts do not prove it right."""
    rejects = f"{table}_malformed"
    source = _source(
        file.plain,
        len(file.header),
        delimiter,
        f"header=true, store_rejects=true, rejects_table={quoted(rejects)}, rejects_scan={quoted(rejects + '_scan')}",
    )
    try:
        con.execute(create + source)
    except duckdb.InvalidInputException:
        return None
    records = con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    reported = con.execute(
        f"SELECT line, first(error_type), first(csv_line) FROM {rejects} GROUP BY line ORDER BY line"
    ).fetchall()
    if file.lines != 1 + records + len(reported) or not {kind for _, kind, _ in reported} <= BELIEVED:
        return None
    texts = [(line, raw.rstrip("\r\n")) for line, _, raw in reported]
    malformed = [Malformed(line, wrong_count(text, delimiter, len(file.header)), text) for line, text in texts]
    layout = Layout(file, records, malformed=malformed)
    _lay_out(layout, (line.line for line in layout.malformed))
    return layout


def _lay_out(layout: Layout, skipped: Iterable[int]) -> None:
    """Fills `starts` and `offsets` of a file whose records are one line each, the lines `skipped` between them."""
    layout.starts.append(0)
    layout.offsets.append(2)
    for line in skipped:
        record = line - layout.offsets[-1]
        if layout.starts[-1] == record:
            layout.offsets[-1] += 1
        else:
            layout.starts.append(record)
            layout.offsets.append(layout.offsets[-1] + 1)


def _read_careful(
    con: duckdb.DuckDBPyConnection, file: ExportFile, delimiter: str, create: str, sorted_file: Path, table: str
) -> Layout:
    layout = Layout(file)
    with sorted_file.open("wb") as out:
        for run in sort_lines(file, delimiter, layout.malformed):
            _note_place(layout, run)
            out.write(run.content)
    source = _source(sorted_file, len(file.header), delimiter, "header=false, new_line='\\n'")
    con.execute(create + source)
    sorted_file.unlink()
    records = con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    if records != layout.records:
        raise OpsdeskError(
            f"{file.name}: {layout.records} records were found and {records} read. Nothing was written; please report this file."
        )
    return layout


def _note_place(layout: Layout, run: Run) -> None:
    record = layout.records
    if not layout.starts or layout.offsets[-1] != run.line - record:
        layout.starts.append(record)
        layout.offsets.append(run.line - record)
    if run.span > 1:
        layout.spans[record] = run.span
    layout.records += run.records
