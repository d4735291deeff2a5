"""Tickets that left the lake, because their newest version is excluded or rejected as closed.

Their ids are kept with updated_at in the lake: an older version that a later delta brings must not
come back. A full export is all there is: those that it leaves out replace the ones of before.
"""

from pathlib import Path

import duckdb

from opsdesk.duckdb_file import quoted_path
from opsdesk.ingest.day_rows import ISO
from opsdesk.ingest.verdicts import Verdicts
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import REJECTS_FOLDER, REMOVED

COLUMNS = "{'ticket_id': 'VARCHAR', 'updated_at': 'TIMESTAMP'}"


class RemovedTickets:
    """The tables `leaving` (of this export) and `removed` (all) of the work database."""

    def __init__(self, con: duckdb.DuckDBPyConnection, verdicts: Verdicts) -> None:
        """Take the tickets that an export leaves out."""
        self._con = con
        con.execute(f"CREATE TABLE leaving AS {verdicts.leaving}")
        con.execute("CREATE TABLE removed (ticket_id VARCHAR, updated_at TIMESTAMP)")

    def load(self, lake: Lake, work: Path) -> None:
        """Read those that left before."""
        if REMOVED in lake.store.names(REJECTS_FOLDER):
            (file,) = lake.store.local_paths([REMOVED], work)
            self._con.execute(f"""INSERT INTO removed SELECT * FROM read_csv({quoted_path(file)},
                header=true, auto_detect=false, delim=',', quote='"', escape='"',
                columns={COLUMNS})""")

    def forget(self, table: str) -> None:
        """Forget the tickets of a table: they are in the lake again."""
        self._con.execute(f"DELETE FROM removed WHERE ticket_id IN (SELECT ticket_id FROM {table})")

    def store(self, lake: Lake, work: Path) -> None:
        """Put them into the lake in place of those of before.

        One without updated_at is left out: any version that comes in later is newer.
        """
        self.forget("leaving")
        self._con.execute("""INSERT INTO removed
            SELECT ticket_id, updated_at FROM leaving WHERE updated_at IS NOT NULL""")
        ((rows,),) = self._con.execute("SELECT count(*) FROM removed").fetchall()
        if not rows:
            lake.store.delete(REMOVED)
            return
        file = work / "removed.csv"
        self._con.execute(f"""COPY (
            SELECT ticket_id, {ISO.format("updated_at")} FROM removed ORDER BY ticket_id
            ) TO {quoted_path(file)} (FORMAT csv, HEADER true)""")
        lake.store.write_from(REMOVED, file)
