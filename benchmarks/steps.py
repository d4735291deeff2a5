"""The three steps of lib in one process, timed: steps.py EXPORT OUT [ENGINE], warehouse or spark."""

import gc
import sys
import time
from pathlib import Path

RUN_AT = "2026-01-01T00:00:00Z"  # after every ticket of a sample


def main() -> None:
    export, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    engine = sys.argv[3] if len(sys.argv) > 3 else "warehouse"
    # Imports are not a part of any step.
    import opsdesk.steps.backfill
    import opsdesk.steps.ingest
    import opsdesk.steps.transform  # noqa: F401
    from opsdesk import Workbench

    bench = Workbench(RUN_AT)
    agents = str(export.with_name("agents_master.csv"))
    lake, warehouse = str(out / "lake"), f"duckdb:{out / 'opsdesk.duckdb'}"
    steps = {
        "ingest": lambda: bench.ingest(str(export), "ops_tickets", agents, "full", lake),
        "backfill": lambda: bench.backfill(lake, warehouse, engine=engine),
        "transform": lambda: bench.transform(warehouse, "latest", "UTC", engine),
    }
    gc.collect()  # nor is looking through what the imports made
    for name, step in steps.items():
        started = time.perf_counter()
        step()
        print("STAGE", name, round(time.perf_counter() - started, 3), flush=True)
    days = bench.open_warehouse(warehouse).query(
        "SELECT count(*) AS days, sum(total_tickets) AS tickets, "
        "arg_max(open_tickets, ops_date) AS open FROM features_daily"
    )
    print("NOTE", days.to_dict("records")[0])


if __name__ == "__main__":
    main()
