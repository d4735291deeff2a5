"""Changes of tickets that no export has: perhaps the log names tickets in another way."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import pyarrow as pa

COUNT = """SELECT coalesce(sum(changes), 0)::BIGINT, min(ticket_id)
FROM logged ANTI JOIN ({known}) USING (ticket_id)"""


class Unknown(NamedTuple):
    """How many changes are of tickets that no export has, and the first such ticket."""

    changes: int = 0
    ticket: str | None = None


NONE = Unknown()


def count_unknown(
    con: duckdb.DuckDBPyConnection, logged: pa.RecordBatchReader, known: Sequence[str]
) -> Unknown:
    """Return what of `logged` (ticket_id, changes) is in none of the tables `known`.

    These are tables or views of `con` with the ids of all tickets that were exported: rejected and
    excluded ones are left out for a reason of their own.
    """
    tables = " UNION ALL ".join(f"SELECT ticket_id FROM {table}" for table in known)
    found = con.execute(COUNT.format(known=tables))
    return Unknown(*found.fetchall()[0])
