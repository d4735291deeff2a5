"""A transform of many segments, timed: segments.py SEGMENTS DAYS OUT. Half a million tickets of that many categories and days."""

import sys
import time
from pathlib import Path

RUN_AT = "2030-01-01T00:00:00Z"
TICKETS = 500_000
ROWS = """INSERT INTO tickets_raw BY NAME SELECT
    'T' || i AS ticket_id, created_at, created_at + INTERVAL (hash(i) % 9) DAY AS resolved_at,
    24.0 AS sla_hours, 'P' || i % 4 AS priority, 'C' || i % {segments} AS category, 'open' AS status,
    now() AS _ingestion_ts
FROM (SELECT i, TIMESTAMPTZ '2023-01-01 00:00:00+00'
    + INTERVAL (i * {days} * 86400 // {tickets}) SECOND AS created_at FROM range({tickets}) AS r(i))"""


def main() -> None:
    segments, days, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]).resolve()
    from opsdesk import Workbench

    bench, warehouse = Workbench(RUN_AT), f"duckdb:{out / 'opsdesk.duckdb'}"
    with bench.open_warehouse(warehouse).loading() as loader:
        loader.con.execute(ROWS.format(segments=segments, days=days, tickets=TICKETS))
    started = time.perf_counter()
    result = bench.transform(warehouse, "latest", "UTC")
    print("STAGE", "transform", round(time.perf_counter() - started, 3), flush=True)
    print("NOTE", result.rows["segment_daily"])


if __name__ == "__main__":
    main()
