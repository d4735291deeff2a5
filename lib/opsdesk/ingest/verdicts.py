"""What becomes of each record: it goes into the lake, or it is rejected with a reason."""

from collections.abc import Iterator
from typing import NamedTuple

from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.kept_rows import KeptRows

FETCHED = 10_000  # rejected records in memory at a time


class Verdict(NamedTuple):
    """Why a record of a file is rejected; `detail` is the text that says so, or ""."""

    record: int
    reason: str
    detail: str


class Verdicts:
    """The rows that go into the lake, and the reasons of all others."""

    def __init__(self, rows: CleanedRows) -> None:
        self._con = rows.con.cursor()
        self._create_tables(rows)
        self.kept = KeptRows(self._con, "kept")
        self.repeated_ids = "SELECT ticket_id FROM repeated"  # a query for the work database

    def _create_tables(self, rows: CleanedRows) -> None:
        """Create `repeated`, `older` (all versions of a ticket but the newest), `kept`, `decided`.

        The newest has the latest updated_at; among equals it is the last in the export.
        """
        columns = "ticket_id, updated_at, file, record"
        if rows.repeatable:
            # few rows are to be compared, so they are copied out of the view
            made = "TABLE"
            among = f"SEMI JOIN ({rows.repeatable}) USING (ticket_id)"
        else:
            made = "VIEW"
            among = ""
        self._con.execute(f"""CREATE {made} versions AS
            SELECT {columns} FROM {rows.source} {among} WHERE reason IS NULL""")
        self._con.execute("""CREATE TABLE repeated AS
            SELECT ticket_id FROM versions GROUP BY ticket_id HAVING count(*) > 1""")
        self._con.execute("""CREATE TABLE older AS
            SELECT file, record FROM versions SEMI JOIN repeated USING (ticket_id)
            QUALIFY row_number() OVER (
                PARTITION BY ticket_id ORDER BY updated_at DESC NULLS LAST, file DESC, record DESC
            ) > 1""")
        self._con.execute(f"""CREATE VIEW kept AS
            SELECT * FROM {rows.source} ANTI JOIN older USING (file, record)
            WHERE reason IS NULL AND NOT closed_without_resolution""")
        self._con.execute(f"""CREATE TABLE decided AS
            SELECT file, record,
                CASE WHEN older.record IS NOT NULL THEN 'duplicate_ticket_id'
                    ELSE coalesce(reason, 'closed_without_resolved_at') END AS reason,
                CASE WHEN older.record IS NOT NULL THEN 'ticket_id: ' || ticket_id
                    ELSE coalesce(detail, '') END AS detail
            FROM {rows.source} LEFT JOIN older USING (file, record)
            WHERE older.record IS NOT NULL OR reason IS NOT NULL OR closed_without_resolution""")

    def rejected(self, file: int) -> Iterator[Verdict]:
        """Yield the rejected records of the file of that number, in order."""
        cursor = self._con.cursor()
        cursor.execute(
            "SELECT record, reason, detail FROM decided WHERE file = $file ORDER BY record",
            {"file": file},
        )
        while found := cursor.fetchmany(FETCHED):
            yield from map(Verdict._make, found)
