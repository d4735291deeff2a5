"""The floor: what a bare DuckDB script needs for the same reads and writes as the three steps. floor.py EXPORT OUT.

It reads the export as text, parses it, writes sorted day files with crc32c manifests, loads them month by month and builds
every table with opsdesk's own SQL in one transaction. It keeps no rejects with line and text, notes no issues, has no
ledger, checks nothing and skips nothing. Lines that DuckDB cannot read are lost.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import duckdb
import google_crc32c

from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.googlesql.translate import typed_select

COLUMNS = (
    "ticket_id", "created_at", "resolved_at", "resolution_hours", "sla_hours", "sla_breached", "priority", "category",
    "channel", "customer_tier", "status", "agent_id", "_issues",
)  # fmt: skip
LARGE = 2 << 30  # bytes of an export from which on both sides may take more memory
PARSED = """CREATE TABLE tickets AS
SELECT nullif(trim(ticket_id), '') AS ticket_id,
  try_strptime(created_at, ['%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S']) AS created_at,
  CASE WHEN resolved_read < TIMESTAMP '2026-01-01' THEN resolved_read END AS resolved_at,
  try_cast(resolution_hours AS DOUBLE) AS resolution_hours, try_cast(sla_hours AS DOUBLE) AS sla_hours,
  try_cast(sla_breached AS BOOLEAN) AS sla_breached, priority, category, channel, customer_tier, status, agent_id,
  NULL::VARCHAR AS _issues
FROM (SELECT *, try_strptime(resolved_at, ['%Y-%m-%d %H:%M:%S', '%m/%d/%y %H:%M']) AS resolved_read
      FROM read_csv($export, header=true, auto_detect=false, delim=',', quote='"', escape='"', columns={columns},
                    store_rejects=true))
WHERE created_at < '2026' AND ticket_id IS NOT NULL AND try_strptime(created_at, '%Y-%m-%d %H:%M:%S') IS NOT NULL"""
ISO = "strftime(tickets.{0}, '%Y-%m-%dT%H:%M:%SZ')"


@contextmanager
def stage(name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print("STAGE", name, round(time.perf_counter() - started, 3), flush=True)


def connect(path: Path, memory: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(path)
    con.execute(f"SET memory_limit='{memory}'; SET TimeZone='UTC'; SET enable_progress_bar=false")
    return con


def write_lake(export: Path, out: Path) -> None:
    """Reads the export and writes raw/YYYY/MM/YYYY-MM-DD.csv with one manifest per month."""
    with connect(
        out / "work.duckdb", "1500MB" if export.stat().st_size > LARGE else "500MB"
    ) as con:
        header = export.open(encoding="utf-8").readline().strip().split(",")
        columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in header) + "}"
        con.execute(PARSED.replace("{columns}", columns), {"export": str(export)})
        months = con.execute(
            "SELECT DISTINCT date_trunc('month', created_at) FROM tickets ORDER BY 1"
        ).fetchall()
        for (month,) in months:
            write_month(con, month, out)
    (out / "work.duckdb").unlink()


def write_month(con: duckdb.DuckDBPyConnection, month: datetime, out: Path) -> None:
    """One sorted copy of the month, cut by the rows of each day."""
    folder = out / "raw" / f"{month:%Y}" / f"{month:%m}"
    folder.mkdir(parents=True)
    cells = ", ".join(
        ISO.format(name) if name in ("created_at", "resolved_at") else name for name in COLUMNS
    )
    within = f"created_at >= DATE '{month:%Y-%m-%d}' AND created_at < DATE '{month:%Y-%m-%d}' + INTERVAL 1 MONTH"
    con.execute(f"""COPY (SELECT {cells} FROM tickets WHERE {within} ORDER BY tickets.created_at, tickets.ticket_id)
        TO '{out / "sorted.csv"}' (FORMAT csv, HEADER false)""")
    days = con.execute(
        f"SELECT strftime(created_at, '%Y-%m-%d') AS day, count(*) FROM tickets WHERE {within} GROUP BY day ORDER BY day"
    ).fetchall()
    files = []
    with (out / "sorted.csv").open("rb", buffering=1 << 20) as lines:
        for day, rows in days:
            content = (",".join(COLUMNS) + "\n").encode() + b"".join(islice(lines, rows))
            (folder / f"{day}.csv").write_bytes(content)
            files.append([f"{day}.csv", rows, len(content), f"{google_crc32c.value(content):08x}"])
    (folder / "_manifest.json").write_text(json.dumps(files))
    (out / "sorted.csv").unlink()


def load_months(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Loads the months one after the other, each in a transaction."""
    schema = {column.name: column.duckdb_type for column in catalogue()["tickets_raw"].columns}
    con.execute(
        f"CREATE TABLE tickets_raw ({', '.join(f'{name} {kind}' for name, kind in schema.items())})"
    )
    columns = "{" + ", ".join(f"'{name}': '{schema[name]}'" for name in COLUMNS) + "}"
    for folder in sorted((out / "raw").glob("*/*")):
        con.execute("BEGIN")
        con.execute(f"""INSERT INTO tickets_raw BY NAME SELECT {", ".join(COLUMNS)}, now() AS _ingestion_ts, filename AS _source_file
            FROM read_csv('{folder}/*.csv', header=true, auto_detect=false, delim=',', quote='"', escape='"', filename=true,
                          columns={columns})""")
        con.execute("COMMIT")


def load_agents(con: duckdb.DuckDBPyConnection, agents: Path) -> None:
    schema = catalogue()["agents_raw"].columns
    con.execute(
        f"CREATE TABLE agents_raw ({', '.join(f'{c.name} {c.duckdb_type}' for c in schema)})"
    )
    con.execute(f"INSERT INTO agents_raw BY NAME SELECT * FROM read_csv('{agents}', header=true)")


def build_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Every result table by opsdesk's own SQL, in one transaction."""
    latest = con.execute(
        "SELECT epoch(greatest(max(created_at), max(resolved_at))) FROM tickets_raw"
    ).fetchone()[0]
    parameters = {"as_of": datetime.fromtimestamp(latest, UTC), "timezone": "UTC", **NO_CALENDAR}
    events = ", ".join(f'"{c.name}" {c.duckdb_type}' for c in catalogue()["events_raw"].columns)
    con.execute(f"CREATE TABLE events_raw ({events})")
    con.execute("BEGIN")
    for table in results():
        con.execute(f"CREATE TABLE {table.name} AS {typed_select(table, 'duckdb', parameters)}")
    con.execute("COMMIT")


def main() -> None:
    export, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with stage("ingest"):
        write_lake(export, out)
    with stage("backfill"):
        con = connect(out / "floor.duckdb", "2GB" if export.stat().st_size > LARGE else "600MB")
        load_months(con, out)
        load_agents(con, export.with_name("agents_master.csv"))
        con.execute("CHECKPOINT")
    with stage("transform"):
        build_tables(con)
        con.close()
    with connect(out / "floor.duckdb", "600MB") as con:
        tickets, still_open = con.execute(
            "SELECT count(*), count(*) - count(resolved_at) FROM fact_tickets"
        ).fetchone()
    print("NOTE", tickets, "tickets, open", still_open)


if __name__ == "__main__":
    main()
