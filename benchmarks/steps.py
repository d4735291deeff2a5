"""The three steps of lib in one process, timed: steps.py EXPORT OUT [ENGINE], warehouse or spark."""

import gc
import sys
import time
from pathlib import Path

RUN_AT = "2026-01-01T00:00:00Z"  # after every ticket of a sample


def main() -> None:
    export, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    import opsdesk

    engine = opsdesk.Engine(*sys.argv[3:])
    lake, warehouse = str(out / "lake"), f"duckdb:{out / 'opsdesk.duckdb'}"
    steps = {
        "ingest": lambda: opsdesk.ingest(
            str(export), "ops_tickets", str(export.with_name("agents_master.csv")), "full", lake, RUN_AT
        ),
        "backfill": lambda: opsdesk.backfill(lake, warehouse, "", "", RUN_AT, engine=engine),
        "transform": lambda: opsdesk.transform(warehouse, "latest", "UTC", RUN_AT, engine=engine),
    }
    opsdesk.ingest, opsdesk.backfill, opsdesk.transform, opsdesk.open_warehouse  # noqa: B018 imports are not a step
    gc.collect()  # nor is looking through what they made
    for name, step in steps.items():
        started = time.perf_counter()
        step()
        print("STAGE", name, round(time.perf_counter() - started, 3), flush=True)
    days = opsdesk.open_warehouse(warehouse).query(
        "SELECT count(*) AS days, sum(total_tickets) AS tickets, arg_max(open_tickets, ops_date) AS open FROM features_daily"
    )
    print("NOTE", days.to_dict("records")[0])


if __name__ == "__main__":
    main()
