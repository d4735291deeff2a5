"""What becomes of each record: it goes into the lake, is rejected with a reason, or excluded."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.kept_rows import KeptRows

FETCHED = 10_000  # rejected records in memory at a time


class Verdict(NamedTuple):
    """Why a record of a file is rejected; `detail` is the text that says so, or ""."""

    record: int
    reason: str
    detail: str


@dataclass(frozen=True)
class Verdicts:
    """The rows that go into the lake, and the reasons of all others.

    `repeated_ids` is a query for the ids that more than one row has, `leaving` one for ticket_id
    and updated_at of the tickets whose newest version does not go into the lake.
    """

    con: duckdb.DuckDBPyConnection
    kept: KeptRows
    repeated_ids: str
    leaving: str

    def excluded(self) -> dict[str, int]:
        """Return how many rows each rule excludes."""
        cursor = self.con.cursor()  # it may be asked in another thread
        found = cursor.execute("""
            SELECT excluded, count(*) FROM excluded_rows GROUP BY excluded ORDER BY excluded""")
        return dict(found.fetchall())

    def rejected(self, file: int) -> Iterator[Verdict]:
        """Yield the rejected records of the file of that number, in order."""
        cursor = self.con.cursor()  # its result is read while others run
        cursor.execute(
            "SELECT record, reason, detail FROM decided WHERE file = $file ORDER BY record",
            {"file": file},
        )
        while found := cursor.fetchmany(FETCHED):
            yield from map(Verdict._make, found)

    def last_kept(self, file: int) -> int | None:
        """Return the last record of the file of that number that goes into the lake."""
        found = self.con.cursor().execute(
            "SELECT max(record) FROM kept WHERE file = $file", {"file": file}
        )
        record: int | None = found.fetchall()[0][0]
        return record


def decide(rows: CleanedRows) -> Verdicts:
    """Decide about every row of an export.

    Of the versions of a ticket only the newest can be kept, even if it is then rejected or
    excluded: an older one would show the ticket as it no longer is.
    """
    con = rows.con.cursor()
    _find_older_versions(con, rows)
    con.execute(f"""CREATE VIEW kept AS
        SELECT * FROM {rows.source} ANTI JOIN older USING (file, record)
        WHERE reason IS NULL AND NOT closed_without_resolution AND excluded IS NULL""")
    # `reason` is NULL for both kinds of row that are decided here and not while cleaning
    con.execute(f"""CREATE TABLE decided AS
        SELECT file, record,
            CASE WHEN older.record IS NOT NULL THEN 'duplicate_ticket_id'
                ELSE coalesce(reason, 'closed_without_resolved_at') END AS reason,
            CASE WHEN older.record IS NOT NULL THEN 'ticket_id: ' || ticket_id
                ELSE coalesce(detail, '') END AS detail
        FROM {rows.source} LEFT JOIN older USING (file, record)
        WHERE older.record IS NOT NULL
            OR excluded IS NULL AND (reason IS NOT NULL OR closed_without_resolution)""")
    con.execute(f"""CREATE VIEW excluded_rows AS
        SELECT * FROM {rows.source} ANTI JOIN older USING (file, record)
        WHERE excluded IS NOT NULL""")
    leaving = f"""SELECT ticket_id, updated_at
        FROM {rows.source} ANTI JOIN older USING (file, record)
        WHERE reason IS NULL AND (closed_without_resolution OR excluded IS NOT NULL)"""
    return Verdicts(con, KeptRows(con, "kept"), "SELECT ticket_id FROM repeated", leaving)


def _find_older_versions(con: duckdb.DuckDBPyConnection, rows: CleanedRows) -> None:
    """Create `repeated` (ids) and `older`: file and record of all versions but the newest.

    The newest has the latest updated_at; among equals it is the last in the export.
    """
    made = "VIEW"
    among = ""
    if rows.repeatable:
        # few rows are left to compare, so they are copied out of the view, which is slower to read
        made = "TABLE"
        among = f"SEMI JOIN ({rows.repeatable}) USING (ticket_id)"
    con.execute(f"""CREATE {made} versions AS
        SELECT ticket_id, updated_at, file, record
        FROM {rows.source} {among} WHERE reason IS NULL""")
    # counting ids first leaves few rows to sort
    con.execute("""CREATE TABLE repeated AS
        SELECT ticket_id FROM versions GROUP BY ticket_id HAVING count(*) > 1""")
    con.execute("""CREATE TABLE older AS
        SELECT file, record FROM versions SEMI JOIN repeated USING (ticket_id)
        QUALIFY row_number() OVER (
            PARTITION BY ticket_id ORDER BY updated_at DESC NULLS LAST, file DESC, record DESC
        ) > 1""")
