"""The tickets of an export that go into the lake: their days, and what is counted about them."""

from typing import NamedTuple

import duckdb

from opsdesk.ingest.day_rows import DayRows
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.names import TICKETS

LATEST = """greatest(max(created_at), max(resolved_at) FILTER (NOT coalesce(
    contains(_issues, 'resolved_in_future'), false)))"""


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


class KeptRows(DayRows):
    """Tickets for the lake; see `DayRows`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, source: str) -> None:
        super().__init__(con, source, TICKETS, LATEST)

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
