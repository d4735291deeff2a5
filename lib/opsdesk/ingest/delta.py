"""A delta: its tickets replace those of the same ticket_id in the lake, and all others stay."""

from pathlib import Path

import duckdb

from opsdesk.catalogue.tables import Column
from opsdesk.duckdb_file import quoted
from opsdesk.ingest.kept_rows import KeptRows, Target, digest_sql
from opsdesk.lake.columns import ticket_column_names, ticket_columns
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import day_of


def merge_with_lake(
    con: duckdb.DuckDBPyConnection, kept: KeptRows, lake: Lake, work: Path
) -> Target:
    """Return the new content of every day that a delta touches.

    A day holds the delta's tickets, and the lake's other tickets of that day. Days that do not
    match their manifest are touched too: an earlier try of this delta left them.
    """
    names = lake.day_files()
    faults = lake.faults(lake.manifests())
    interrupted = sorted(day_of(name) for name in faults if name in names)
    # `arrived` is the delta, and grows by what stays of the lake on the touched days
    kept.copy_to("arrived")
    con.execute("""CREATE TABLE touched AS
        SELECT DISTINCT CAST(created_at AS DATE) AS day FROM arrived""")
    con.execute("INSERT INTO touched SELECT unnest($days)::DATE", {"days": interrupted})
    if files := lake.store.local_paths(names, work):
        _add_from_lake(con, files)
    con.execute(f"CREATE VIEW merged AS SELECT *, {digest_sql()} FROM arrived")
    touched = con.execute("SELECT day FROM touched").fetchall()
    rows = KeptRows(con, "merged")
    return Target(rows, rows.days(), frozenset(str(day) for (day,) in touched))


def _add_from_lake(con: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    """Add to `touched` the days that arrived tickets leave, to `arrived` what stays on any."""
    listed = ", ".join(quoted(str(file)) for file in files)
    columns = ", ".join(f"'{column.name}': '{_type(column)}'" for column in ticket_columns())
    # types are given: DuckDB would guess them from the first rows
    con.execute(f"""CREATE VIEW lake AS SELECT * FROM read_csv([{listed}],
        header=true, auto_detect=false, delim=',', quote='"', escape='"', columns={{{columns}}})""")
    con.execute("""INSERT INTO touched SELECT DISTINCT CAST(created_at AS DATE)
        FROM lake SEMI JOIN arrived USING (ticket_id)""")
    con.execute(f"""INSERT INTO arrived SELECT {", ".join(ticket_column_names())}
        FROM lake ANTI JOIN arrived USING (ticket_id)
        WHERE CAST(created_at AS DATE) IN (SELECT day FROM touched)""")


def _type(column: Column) -> str:
    """Return DuckDB's type for a column of a day file; its instants are UTC without a zone."""
    return "TIMESTAMP" if column.type == "TIMESTAMP" else column.duckdb_type
