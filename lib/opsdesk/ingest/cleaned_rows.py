"""Every record of an export, cleaned: what reading hands over."""

from dataclasses import dataclass
from datetime import datetime

import duckdb


@dataclass(frozen=True)
class CleanedRows:
    """The records of an export: a view of the work database, to be used as `FROM {source}`.

    Its columns: file (number of the file), record (number in the file), then those of
    `cleaning_sql.select_tickets`. Only rows whose ticket_id is in the query `repeatable` can have a
    ticket_id twice; None: any row can.
    """

    con: duckdb.DuckDBPyConnection
    source: str
    repeatable: str | None = None

    def known_until(self) -> datetime | None:
        """Return the first moment (UTC) from which a time that is the future now is the past."""
        cursor = self.con.cursor()  # it may be asked in another thread
        found = cursor.execute(f"SELECT min(known_from) FROM {self.source}").fetchall()
        moment: datetime | None = found[0][0]
        return moment
