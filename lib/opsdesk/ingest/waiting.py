"""Tickets that were created after the moment of the run: they wait for their moment.

An export is rarely fed twice, so a ticket rejected as `created_in_future` would be lost. Its row is
kept next to the rejects, and the first delta after its moment takes it into the lake. A full export
is all there is: its own tickets wait then, and no others.
"""

from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.duckdb_file import quoted_path
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.kept_rows import day_file_columns, read_day_files
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import WAITING

# the newest version, as of those that are kept; what would be rejected for more has to be fed again
FUTURE = """SELECT {columns} FROM {source}
WHERE reason = 'created_in_future' AND NOT closed_without_resolution AND excluded IS NULL
QUALIFY row_number() OVER (
    PARTITION BY ticket_id ORDER BY updated_at DESC NULLS LAST, file DESC, record DESC) = 1"""


class WaitingTickets:
    """The table `waiting` of the work database: what is to wait after this ingest."""

    def __init__(self, con: duckdb.DuckDBPyConnection, rows: CleanedRows) -> None:
        """Take the tickets of an export whose moment is to come."""
        self._con = con
        columns = ", ".join(ticket_column_names())
        future = FUTURE.format(columns=columns, source=rows.source)
        con.execute(f"CREATE TABLE waiting AS {future}")

    def take_in(self, arrived: str, moment: datetime, lake: Lake, work: Path) -> int:
        """Add those that waited in the lake to the table `arrived`, if their moment has come.

        The others wait on. A ticket that has come again, now or for later, replaces the one that
        waited. Return how many were added.
        """
        if WAITING not in lake.store.names(WAITING.rsplit("/", 1)[0]):
            return 0
        con = self._con
        names = ", ".join(ticket_column_names())
        con.execute(f"""CREATE TABLE waited AS
            SELECT * FROM {read_day_files(lake.store.local_paths([WAITING], work))}
            ANTI JOIN {arrived} USING (ticket_id) ANTI JOIN waiting USING (ticket_id)""")
        now = {"moment": moment}
        con.execute(
            f"INSERT INTO waiting SELECT {names} FROM waited WHERE created_at > $moment", now
        )
        added = con.execute(
            f"INSERT INTO {arrived} SELECT {names} FROM waited WHERE created_at <= $moment", now
        ).fetchall()
        return int(added[0][0])

    def until(self) -> datetime | None:
        """Return the first moment (UTC) at which one of them is to be taken in."""
        found = self._con.execute("SELECT min(created_at) FROM waiting").fetchall()
        moment: datetime | None = found[0][0]
        return moment

    def store(self, lake: Lake, work: Path) -> None:
        """Put them into the lake in place of those that waited before."""
        if self.until() is None:
            lake.store.delete(WAITING)
            return
        file = work / "waiting.csv"
        self._con.execute(f"""COPY (
            SELECT {day_file_columns()} FROM waiting ORDER BY created_at, ticket_id
            ) TO {quoted_path(file)} (FORMAT csv, HEADER true)""")
        lake.store.write_from(WAITING, file)
