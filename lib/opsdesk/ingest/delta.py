"""A delta: its tickets replace those of the same ticket_id in the lake, and all others stay."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.ingest.kept_rows import KeptRows, Target, digest_sql, read_day_files
from opsdesk.ingest.waiting import WaitingTickets
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import MONTHS_FOLDER, day_of


@dataclass(frozen=True)
class Merged:
    """What a delta makes of the lake, and the rows that come from elsewhere than the delta.

    `waited` are tickets whose moment has come, `stayed` those that the lake had and keeps.
    """

    target: Target
    waited: int
    stayed: int


def merge_with_lake(
    con: duckdb.DuckDBPyConnection,
    kept: KeptRows,
    waiting: WaitingTickets,
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
    manifests = lake.manifests(folders=(MONTHS_FOLDER,))
    faults = lake.faults(manifests)
    interrupted = sorted(day_of(name) for name in faults if name in names)
    # `arrived` is the delta, and grows by what stays of the lake on the touched days
    kept.copy_to("arrived")
    waited = waiting.take_in("arrived", moment, lake, work)
    con.execute("""CREATE TABLE touched AS
        SELECT DISTINCT CAST(created_at AS DATE) AS day FROM arrived""")
    con.execute("INSERT INTO touched SELECT unnest($days)::DATE", {"days": interrupted})
    stayed = sum(manifest.rows for manifest in manifests.values())
    if files := lake.store.local_paths(names, work):
        con.execute(f"CREATE VIEW lake AS SELECT * FROM {read_day_files(files)}")
        if faults:  # the manifests are not what the files hold
            stayed = con.execute("SELECT count(*) FROM lake").fetchall()[0][0]
        stayed -= _add_from_lake(con)
    con.execute(f"CREATE VIEW merged AS SELECT *, {digest_sql()} FROM arrived")
    touched = con.execute("SELECT day FROM touched").fetchall()
    rows = KeptRows(con, "merged")
    target = Target(rows, rows.days(), frozenset(str(day) for (day,) in touched))
    return Merged(target, waited, stayed)


def _add_from_lake(con: duckdb.DuckDBPyConnection) -> int:
    """Add to `touched` the days that arrived tickets leave, to `arrived` what stays on any.

    Return how many rows of the lake are replaced.
    """
    con.execute("""CREATE TABLE replaced AS
        SELECT CAST(created_at AS DATE) AS day, count(*) AS rows
        FROM lake SEMI JOIN arrived USING (ticket_id) GROUP BY day""")
    con.execute("INSERT INTO touched SELECT day FROM replaced")
    con.execute(f"""INSERT INTO arrived SELECT {", ".join(ticket_column_names())}
        FROM lake ANTI JOIN arrived USING (ticket_id)
        WHERE CAST(created_at AS DATE) IN (SELECT day FROM touched)""")
    replaced = con.execute("SELECT coalesce(sum(rows), 0) FROM replaced").fetchall()
    return int(replaced[0][0])
