"""The rows that go into the lake: what each day holds, and the sorted text of its file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from opsdesk.catalogue.tables import Column
from opsdesk.duckdb_file import quoted, quoted_path
from opsdesk.lake.columns import KEY, text_columns, ticket_column_names, ticket_columns

ISO = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ') AS {0}"  # how a day file writes an instant


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


class StatusCount(NamedTuple):
    """A status (None: blank), its tickets, and how many of them are resolved.

    `judged` counts those with a resolution, a target and an exported SLA flag; of these, `differ`
    have a flag that contradicts the timestamps.
    """

    name: str | None
    tickets: int
    resolved: int
    judged: int
    differ: int


def digest_sql(*, has_newlines: bool = True) -> str:
    """Return the columns `digest` and `lines` (in a day file) of a row with the lake's columns.

    `has_newlines`: whether a cell may hold one.
    """
    lines = ["1"]
    # only texts of the export can hold a newline: dates, numbers and issues are our own
    if has_newlines:
        breaks = "coalesce(length({0}) - length(replace({0}, chr(10), '')), 0)"
        lines += [breaks.format(name) for name in (KEY, *text_columns())]
    columns = ", ".join(ticket_column_names())
    return f"hash({columns}) AS digest, {' + '.join(lines)} AS lines"


def day_file_columns() -> str:
    """Return the columns of a day file, as they are written."""
    columns = [
        ISO.format(column.name) if column.type == "TIMESTAMP" else column.name
        for column in ticket_columns()
    ]
    return ", ".join(columns)


def read_day_files(files: list[Path]) -> str:
    """Return SQL for the rows of files that are written like day files."""
    listed = ", ".join(map(quoted_path, files))
    columns = ", ".join(f"'{column.name}': '{_type(column)}'" for column in ticket_columns())
    # types are given: DuckDB would guess them from the first rows
    return f"""read_csv([{listed}], header=true, auto_detect=false, delim=',', quote='"',
        escape='"', columns={{{columns}}})"""


def _type(column: Column) -> str:
    """Return DuckDB's type for a column of a day file; its instants are UTC without a zone."""
    return "TIMESTAMP" if column.type == "TIMESTAMP" else column.duckdb_type


class KeptRows:
    """Rows for the lake: a table or view with the lake's columns (UTC timestamps), digest, lines.

    It may be asked in another thread than the one that made it.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, source: str) -> None:
        self._con = con.cursor()  # of its own, for another thread
        self._source = source

    def days(self) -> dict[str, Day]:
        """Return what each UTC day holds, in order."""
        found = self._con.execute(f"""
            SELECT CAST(created_at AS DATE) AS day, count(*), sum(digest), sum(lines),
                greatest(max(created_at), max(resolved_at) FILTER (NOT coalesce(
                    contains(_issues, 'resolved_in_future'), false)))
            FROM {self._source} GROUP BY day ORDER BY day""").fetchall()
        return {
            day.isoformat(): Day(rows, str(digest), int(lines), latest)
            for day, rows, digest, lines, latest in found
        }

    def issues(self) -> list[tuple[str, int]]:
        """Return each combination of issues, as codes joined by semicolons, and its rows."""
        return self._con.execute(f"""
            SELECT _issues, count(*) FROM {self._source}
            WHERE _issues IS NOT NULL GROUP BY _issues""").fetchall()

    def statuses(self) -> list[StatusCount]:
        """Return what tickets of each status have, by status."""
        found = self._con.execute(f"""
            SELECT status, count(*), count(resolved_at),
                count(*) FILTER (resolved_at IS NOT NULL AND sla_hours IS NOT NULL
                    AND sla_breached IS NOT NULL),
                count(*) FILTER (contains(_issues, 'sla_flag_differs'))
            FROM {self._source} GROUP BY status ORDER BY status NULLS LAST""").fetchall()
        return [StatusCount(*row) for row in found]

    def first_with(self, issue: str) -> str | None:
        """Return the first ticket_id, in order, of the rows with an issue."""
        found = self._con.execute(
            f"""SELECT min(ticket_id) FROM {self._source}
            WHERE list_contains(string_split(_issues, ';'), $issue)""",
            {"issue": issue},
        ).fetchall()
        ticket: str | None = found[0][0]
        return ticket

    def copy_to(self, table: str) -> None:
        """Create a table with the lake's columns of these rows."""
        columns = ", ".join(ticket_column_names())
        self._con.execute(f"CREATE TABLE {table} AS SELECT {columns} FROM {self._source}")

    def write_sorted(self, days: list[str], file: Path) -> None:
        """Write the rows of some days, which are in order, to `file` as lines of their day files.

        They are sorted by created_at and ticket_id, so the same rows give the same bytes.
        """
        listed = ", ".join(map(quoted, days))
        # the range lets DuckDB skip blocks of rows, the list picks the days
        self._con.execute(f"""COPY (
            SELECT {day_file_columns()} FROM {self._source} AS kept
            WHERE kept.created_at >= DATE '{days[0]}' AND kept.created_at < DATE '{days[-1]}' + 1
                AND CAST(kept.created_at AS DATE) IN (SELECT unnest([{listed}]::DATE[]))
            ORDER BY kept.created_at, kept.ticket_id
            ) TO {quoted_path(file)} (FORMAT csv, HEADER false)""")


@dataclass(frozen=True)
class Target:
    """What the lake is to hold: these rows on these days.

    Other days are removed if they are in `touched`, else they stay; None touches every day.
    """

    rows: KeptRows
    days: dict[str, Day]
    touched: frozenset[str] | None = None
