"""Tickets that were created after the moment of the run: they wait for their moment.

An export is rarely fed twice, so a ticket rejected as `created_in_future` would be lost. Its row is
kept next to the rejects, and the first delta after its moment takes it into the lake. A full export
is all there is: its own tickets wait then, and no others.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.duckdb_file import quoted_path
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.day_rows import read_day_files, written_columns
from opsdesk.ingest.versions import delete_older, delete_replaced
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import REJECTS_FOLDER, TICKETS, WAITING

# the newest version is found first; what would be rejected or excluded then has to be fed again
FUTURE = """WITH future AS (
    SELECT * FROM {source} WHERE reason = 'created_in_future'
    QUALIFY row_number() OVER (
        PARTITION BY ticket_id ORDER BY updated_at DESC NULLS LAST, file DESC, record DESC) = 1)
SELECT {columns} FROM future WHERE NOT closed_without_resolution AND excluded IS NULL"""


class WaitingTickets:
    """The table `waiting` of the work database: what is to wait after this ingest."""

    def __init__(self, con: duckdb.DuckDBPyConnection, rows: CleanedRows) -> None:
        """Take the tickets of an export whose moment is to come."""
        self._con = con
        columns = ", ".join(ticket_column_names())
        future = FUTURE.format(columns=columns, source=rows.source)
        con.execute(f"CREATE TABLE waiting AS {future}")

    def take_due(self, moment: datetime, lake: Lake, work: Path, newer: Sequence[str]) -> None:
        """Create the table `due`: those that waited in the lake, and whose moment has come.

        The others wait on. One whose ticket has come again, in a table of `newer` or for later,
        neither waits nor is due, unless what has come is older.
        """
        con = self._con
        con.execute("CREATE TABLE waited AS FROM waiting WITH NO DATA")
        if WAITING in lake.store.names(REJECTS_FOLDER):
            files = lake.store.local_paths([WAITING], work)
            con.execute(f"INSERT INTO waited SELECT * FROM {read_day_files(files)}")
        for table in (*newer, "waiting"):
            delete_replaced(con, "waited", table)
        delete_older(con, "waiting", "waited")
        now = {"moment": moment}
        con.execute("CREATE TABLE due AS FROM waited WHERE created_at <= $moment", now)
        con.execute("INSERT INTO waiting FROM waited WHERE created_at > $moment", now)

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
            SELECT {written_columns(TICKETS)} FROM waiting ORDER BY created_at, ticket_id
            ) TO {quoted_path(file)} (FORMAT csv, HEADER true)""")
        lake.store.write_from(WAITING, file)
