"""Small runs into BigQuery for the tests: a lake on this machine, two months of tickets, few tables."""

from pathlib import Path

import pandas as pd

from exports import line, run_ingest, write_export
from opsdesk.catalogue import identities
from opsdesk.catalogue.tables import catalogue
from opsdesk.google.connection import GoogleConnection
from opsdesk.warehouse.bigquery import jobs, warehouse
from opsdesk.warehouse.bigquery.calls import CALL, RETRY
from steps import backfill, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00+00:00"
OLD = [
    line(f"T{i}", f"2023-0{1 + i % 2}-{1 + i % 20:02d} 10:00:00", agent_id=f"A{i % 2}")
    for i in range(20)
]
NEW = [
    *OLD[2:],
    line("T0", "2023-02-01 08:00:00"),
    line("T99", "2023-01-05 08:00:00", category='"a, ""b"""'),
]
FEW = (
    "dim_agents",
    "dim_calendar",
    "ticket_history",
    "fact_tickets",
)  # the emulator takes a second or so a table


def keep_small(monkeypatch) -> None:
    """Few result tables and one check; retries after hundredths of a second."""
    monkeypatch.setattr(warehouse, "results", lambda: tuple(catalogue()[name] for name in FEW))
    monkeypatch.setattr(identities, "CHECKS", identities.CHECKS[:1])
    monkeypatch.setitem(CALL, "retry", RETRY.with_delay(initial=0.02, maximum=0.1))
    monkeypatch.setattr(jobs, "PAUSES", (0.01, 0.01, 0.01))


def write_lake(folder: Path, lines: list[str]) -> str:
    """A lake in folder/lake with these tickets and nothing else."""
    run_ingest(folder, write_export(folder, *lines))
    return str(folder / "lake")


def run(lake: str, warehouse: str, cloud: GoogleConnection, run_at: str = RUN_AT) -> None:
    """Backfill and transform."""
    backfill(lake, warehouse, "", "", run_at, cloud)
    transform(warehouse, "latest", "UTC", run_at, cloud)


def outcome(
    warehouse: str, cloud: GoogleConnection, names: tuple[str, ...] = ("tickets_raw", *FEW)
) -> dict[str, pd.DataFrame]:
    """The rows of each table in the order of its key, but for the moments of loading."""
    target = open_warehouse(warehouse, cloud)
    tables = {}
    for name in names:
        key = [column for column in catalogue()[name].key if column != "_ingestion_ts"]
        tables[name] = (
            target.table(name)
            .sort_values(key, ignore_index=True)
            .drop(columns="_ingestion_ts", errors="ignore")
        )
    return tables


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """The same rows in every table: types, NULLs, numbers to 1e-9."""
    for name, rows in expected.items():
        pd.testing.assert_frame_equal(found[name], rows, rtol=1e-9, atol=0, obj=name)
