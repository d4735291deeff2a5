"""A delta: its tickets replace those of the same ticket_id in the lake, and all others stay.

Of two versions of a ticket the one with the later updated_at counts, in whatever order they come
in. A ticket whose newest version does not belong in the lake leaves it, as in a full export.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.ingest.day_rows import Target, digest_sql, read_day_files
from opsdesk.ingest.kept_rows import KeptRows
from opsdesk.ingest.removed import RemovedTickets
from opsdesk.ingest.versions import delete_older
from opsdesk.ingest.waiting import WaitingTickets
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import TICKETS, day_of

NEW = ("arrived", "leaving")  # tables of what a delta brings, and of what it takes away


@dataclass(frozen=True)
class Merged:
    """What a delta makes of the lake, and the rows that come from elsewhere than the delta.

    `waited` are tickets whose moment has come, `stayed` those that the lake had and keeps.
    `outdated` are rows of the delta that are older than what is known, `left` tickets that the
    delta has taken out of the lake. `known` are the tables with ids of tickets of earlier exports.
    """

    target: Target
    waited: int = 0
    stayed: int = 0
    outdated: int = 0
    left: int = 0
    known: tuple[str, ...] = ()


def merge_with_lake(
    con: duckdb.DuckDBPyConnection,
    kept: KeptRows,
    waiting: WaitingTickets,
    removed: RemovedTickets,
    moment: datetime,
    lake: Lake,
    work: Path,
) -> Merged:
    """Return the new content of every day that a delta touches.

    A day holds the delta's tickets, those that waited for their moment, and the lake's other
    tickets of that day. Days that do not match their manifest are touched too: an earlier try of
    this delta left them.
    """
    names = lake.day_files()
    manifests = lake.manifests(folders=(TICKETS.folder,))
    faults = lake.faults(manifests)
    interrupted = sorted(day_of(name) for name in faults if name in names)
    # `arrived` is the delta, and grows by what waited and by what stays on the touched days
    kept.copy_to("arrived")
    waiting.take_due(moment, lake, work, NEW)
    removed.load(lake, work)
    has_lake = _find_former(con, lake, names, work)
    outdated = _delete_outdated(con)
    waited = _count(con, "due")
    con.execute("INSERT INTO arrived FROM due")
    removed.forget("arrived")
    con.execute("""CREATE TABLE replaced AS
        FROM former SEMI JOIN (
            SELECT ticket_id FROM arrived UNION ALL SELECT ticket_id FROM leaving
        ) AS new USING (ticket_id)""")
    con.execute("""CREATE TABLE touched AS
        SELECT CAST(created_at AS DATE) AS day FROM arrived UNION SELECT day FROM replaced""")
    con.execute("INSERT INTO touched SELECT unnest($days)::DATE", {"days": interrupted})
    stayed = sum(manifest.rows for manifest in manifests.values())
    if has_lake:
        if faults:  # the manifests are not what the files hold
            stayed = _count(con, "lake")
        _add_what_stays(con)
    stayed -= _count(con, "replaced")
    con.execute(f"CREATE VIEW merged AS SELECT *, {digest_sql()} FROM arrived")
    touched = con.execute("SELECT DISTINCT day FROM touched").fetchall()
    rows = KeptRows(con, "merged")
    target = Target(rows, rows.days(), frozenset(str(day) for (day,) in touched))
    left = _count(con, "former SEMI JOIN leaving USING (ticket_id)")
    known = ("due", "waiting", "removed", *(["lake"] if has_lake else []))
    return Merged(target, waited, stayed, outdated, left, known)


def _find_former(con: duckdb.DuckDBPyConnection, lake: Lake, names: list[str], work: Path) -> bool:
    """Create `former`: what the lake holds of the tickets that come in or leave.

    Return whether the lake has files; then they are the view `lake`.
    """
    files = lake.store.local_paths(names, work)
    if not files:
        con.execute("CREATE TABLE former (ticket_id VARCHAR, updated_at TIMESTAMP, day DATE)")
        return False
    con.execute(f"CREATE VIEW lake AS SELECT * FROM {read_day_files(files)}")
    ids = " UNION ALL ".join(f"SELECT ticket_id FROM {table}" for table in (*NEW, "due"))
    con.execute(f"""CREATE TABLE former AS
        SELECT ticket_id, updated_at, CAST(created_at AS DATE) AS day
        FROM lake SEMI JOIN ({ids}) AS new USING (ticket_id)""")
    return True


def _delete_outdated(con: duckdb.DuckDBPyConnection) -> int:
    """Delete what is older than a version that is known; return how many rows of the delta are."""
    counts = {}
    for table in (*NEW, "due"):
        known = ["former", "removed"] if table == "due" else ["due", "former", "removed"]
        counts[table] = sum(delete_older(con, table, than) for than in known)
    return counts["arrived"]


def _add_what_stays(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `arrived` the other tickets of the lake on the touched days."""
    con.execute(f"""INSERT INTO arrived SELECT {", ".join(ticket_column_names())}
        FROM lake ANTI JOIN replaced USING (ticket_id)
        WHERE CAST(created_at AS DATE) IN (SELECT day FROM touched)""")


def _count(con: duckdb.DuckDBPyConnection, rows: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])
