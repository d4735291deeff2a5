"""Rows that go into the lake: what each day holds, and the sorted text of its file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from opsdesk.catalogue.tables import Column
from opsdesk.duckdb_file import quoted, quoted_path
from opsdesk.lake.columns import day_file_columns
from opsdesk.lake.names import TICKETS, Series

ISO = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ') AS {0}"  # how a day file writes an instant
# the rows of one instant are in this order
SORTED_BY = {"tickets_raw": "ticket_id", "events_raw": "ticket_id, seq"}


class Day(NamedTuple):
    """What a day's file is to hold: rows, their digest, physical lines, the last instant (UTC).

    The last instant is not one that was the future when the row was cleaned. The digest does not
    depend on the order of the rows.
    """

    rows: int
    digest: str
    lines: int
    latest: datetime

    @property
    def recorded(self) -> list[int | str]:
        """Return what the lake's record keeps of it."""
        return [self.rows, self.digest]


def digest_sql(series: Series = TICKETS, *, has_newlines: bool = True) -> str:
    """Return the columns `digest` and `lines` (in a day file) of a row with the lake's columns.

    `has_newlines`: whether a cell may hold one.
    """
    lines = ["1"]
    columns = day_file_columns(series)
    # only texts of the export can hold a newline: dates, numbers, issues, attributes are our own
    if has_newlines:
        breaks = "coalesce(length({0}) - length(replace({0}, chr(10), '')), 0)"
        lines += [breaks.format(column.name) for column in columns if _is_text(column)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    return f"hash({names}) AS digest, {' + '.join(lines)} AS lines"


def _is_text(column: Column) -> bool:
    return column.type == "STRING" and column.name not in ("_issues", "attributes")


def written_columns(series: Series) -> str:
    """Return the columns of a day file, as they are written."""
    columns = (_written(column) for column in day_file_columns(series))
    return ", ".join(columns)


def _written(column: Column) -> str:
    name = f'"{column.name}"'
    return ISO.format(name) if column.type == "TIMESTAMP" else name


def read_day_files(files: list[Path], series: Series = TICKETS) -> str:
    """Return SQL for the rows of files that are written like day files."""
    listed = ", ".join(map(quoted_path, files))
    columns = ", ".join(
        f"'{column.name}': '{_type(column)}'" for column in day_file_columns(series)
    )
    # types are given: DuckDB would guess them from the first rows
    return f"""read_csv([{listed}], header=true, auto_detect=false, delim=',', quote='"',
        escape='"', columns={{{columns}}})"""


def _type(column: Column) -> str:
    """Return DuckDB's type for a column of a day file; its instants are UTC without a zone."""
    return "TIMESTAMP" if column.type == "TIMESTAMP" else column.duckdb_type


class DayRows:
    """Rows of a series for the lake: a table or view with its columns (UTC), digest, lines.

    `latest` is the last instant of several rows, in SQL. It may be asked in another thread than the
    one that made it.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, source: str, series: Series, latest: str
    ) -> None:
        self.series = series
        self._con = con.cursor()  # of its own, for another thread
        self._source = source
        self._latest = latest
        self._instant = f'"{series.instant}"'

    def days(self) -> dict[str, Day]:
        """Return what each UTC day holds, in order."""
        found = self._con.execute(f"""
            SELECT CAST({self._instant} AS DATE) AS day, count(*), sum(digest), sum(lines),
                {self._latest}
            FROM {self._source} GROUP BY day ORDER BY day""").fetchall()
        return {
            day.isoformat(): Day(rows, str(digest), int(lines), latest)
            for day, rows, digest, lines, latest in found
        }

    def write_sorted(self, days: list[str], file: Path) -> None:
        """Write the rows of some days, which are in order, to `file` as lines of their day files.

        They are sorted by their instant and ticket_id, so the same rows give the same bytes.
        """
        listed = ", ".join(map(quoted, days))
        instant = f"kept.{self._instant}"
        order = ", ".join(f"kept.{name}" for name in SORTED_BY[self.series.table].split(", "))
        # the range lets DuckDB skip blocks of rows, the list picks the days
        self._con.execute(f"""COPY (
            SELECT {written_columns(self.series)} FROM {self._source} AS kept
            WHERE {instant} >= DATE '{days[0]}' AND {instant} < DATE '{days[-1]}' + 1
                AND CAST({instant} AS DATE) IN (SELECT unnest([{listed}]::DATE[]))
            ORDER BY {instant}, {order}
            ) TO {quoted_path(file)} (FORMAT csv, HEADER false)""")


@dataclass(frozen=True)
class Target:
    """What the lake is to hold of a series: these rows on these days.

    Other days are removed if they are in `touched`, else they stay; None touches every day.
    """

    rows: DayRows
    days: dict[str, Day]
    touched: frozenset[str] | None = None
