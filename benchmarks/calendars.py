"""A transform with and without a calendar, timed: calendars.py TICKETS CALENDAR OUT; "" is round the clock.

Seconds are those of the processor: a calendar is computed by the same threads on any machine.
"""

import sys
import time
from pathlib import Path

RUN_AT = "2030-01-01T00:00:00Z"
# three years; one ticket in twenty is open, one in five is resolved too late
ROWS = """INSERT INTO tickets_raw BY NAME SELECT
    'T' || i AS ticket_id, created_at,
    CASE WHEN hash(i) % 20 > 0 THEN created_at + INTERVAL (CAST(hash(i) % 300 AS INT)) HOUR END AS resolved_at,
    [4.0, 8.0, 24.0, 72.0][CAST(1 + hash(i) % 4 AS INT)] AS sla_hours,
    ['Critical', 'High', 'Medium', 'Low'][CAST(1 + hash(i) % 4 AS INT)] AS priority,
    'C' || hash(i) % 12 AS category, 'A' || hash(i) % 60 AS agent_id, 'open' AS status,
    now() AS _ingestion_ts
FROM (SELECT i, TIMESTAMPTZ '2023-01-01 00:00:00+00'
    + INTERVAL (i * 1095 * 86400 // {tickets}) SECOND AS created_at FROM range({tickets}) AS r(i))"""


def main() -> None:
    tickets, calendar, out = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).resolve()
    from opsdesk import Workbench

    bench, warehouse = Workbench(RUN_AT), f"duckdb:{out / 'opsdesk.duckdb'}"
    with bench.open_warehouse(warehouse).loading() as loader:
        loader.con.execute(ROWS.format(tickets=tickets))
    started = time.process_time()
    result = bench.transform(warehouse, "latest", "Europe/Berlin", calendar=calendar)
    print("STAGE", "transform", round(time.process_time() - started, 3), flush=True)
    print("NOTE", result.sla_clock, result.rows["dim_calendar"])


if __name__ == "__main__":
    main()
