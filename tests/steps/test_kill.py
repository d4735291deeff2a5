"""kill -9 in the middle of each step, then the same again: lake and tables are those of an uninterrupted run."""

import subprocess
import sys
from pathlib import Path

import pytest

from exports import lake_files, line, write_export
from opsdesk.catalogue.tables import results
from steps import backfill, ingest, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00+00:00"
OLD = [
    line(f"T{i}", f"2023-0{1 + i % 3}-{1 + i % 20:02d} 10:00:00", agent_id=f"A{i % 2}")
    for i in range(40)
]
NEW = [*OLD[3:], line("T0", "2023-02-01 08:00:00"), line("T99", "2023-04-05 08:00:00"), "broken"]
SUPPORT = str(Path(__file__).resolve().parents[1] / "support")
STEPS = f"""
import sys
from pathlib import Path
sys.path.insert(0, {SUPPORT!r})
import steps
from opsdesk.ingest.reading import reuse
from opsdesk.ingest.reading.record_pattern import Limits
from opsdesk.steps.transform import transform
from opsdesk.warehouse.duckdb.decision import Thresholds
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
reuse.LIMITS = Limits(chunk_lines=5)
folder = sys.argv[1]
steps.ingest(folder + "/export.csv", "ops_tickets", "", "full", folder + "/lake", {RUN_AT!r})
steps.backfill(folder + "/lake", "duckdb:" + folder + "/w.duckdb", "", "", {RUN_AT!r})
# the changed tickets are refreshed, however many they are
warehouse = DuckDBWarehouse(Path(folder, "w.duckdb"), Thresholds(candidates=100))
transform(warehouse, "latest", "UTC", {RUN_AT!r})
"""
# kills the process at the nth call of a function, before or after it has done its work
KILL = """
import importlib, os
module, owner, name, nth, when = {point!r}
target = importlib.import_module(module)
target = getattr(target, owner) if owner else target
whole, calls = getattr(target, name), []
def killing(*args, **kwargs):
    calls.append(1)
    if len(calls) == nth and when == "before": os.kill(os.getpid(), 9)
    result = whole(*args, **kwargs)
    if len(calls) == nth and when == "after": os.kill(os.getpid(), 9)
    return result
setattr(target, name, killing)
"""
POINTS = [
    pytest.param(("opsdesk.ingest.reading.row_cache", "RowCache", "add", 1, "after"), id="ingest, rows cleaned and not yet cached"),
    pytest.param(("opsdesk.ingest.reading.row_cache", "RowCache", "commit", 1, "before"), id="ingest, before the cache is committed"),
    pytest.param(("opsdesk.ingest.reading.row_cache", "RowCache", "commit", 1, "after"), id="ingest, the cache ahead of the lake"),
    pytest.param(("opsdesk.lake.folder_store", "FolderStore", "write", 1, "before"), id="ingest, before the first day file"),
    pytest.param(("opsdesk.lake.folder_store", "FolderStore", "write", 1, "after"), id="ingest, after the first day file"),
    pytest.param(("pathlib", "Path", "replace", 3, "before"), id="ingest, a file written and not yet in its place"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_manifest", 1, "before"), id="ingest, before the first manifest"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_manifest", 2, "after"), id="ingest, after the second manifest"),
    pytest.param(("opsdesk.lake.folder_store", "FolderStore", "delete", 1, "before"), id="ingest, before a day is removed"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_record", 1, "before"), id="ingest, before its record"),
    pytest.param(("opsdesk.warehouse.duckdb.loader", "DuckDBLoader", "_delete", 2, "after"), id="backfill, a month deleted and not yet inserted"),
    pytest.param(("opsdesk.warehouse.duckdb.loader", "DuckDBLoader", "_check_rows", 3, "after"), id="backfill, before a month's ledger row"),
    pytest.param(("opsdesk.warehouse.duckdb.loader", "DuckDBLoader", "replace", 2, "after"), id="backfill, between two months"),
    pytest.param(("opsdesk.warehouse.duckdb.builder", "Builder", "build", 1, "before"), id="transform, before the first table"),
    pytest.param(("opsdesk.warehouse.duckdb.builder", "Builder", "build", 5, "after"), id="transform, among the tables"),
    pytest.param(("opsdesk.warehouse.duckdb.builder", "Builder", "_refresh_fact", 1, "after"), id="transform, some tickets refreshed"),
    pytest.param(("opsdesk.warehouse.duckdb.warehouse", None, "assert_identities", 1, "after"), id="transform, before its commit"),
]  # fmt: skip


def outcome(folder):
    """Lake bytes and the rows of every table, but for the moments of loading."""
    warehouse = open_warehouse(f"duckdb:{folder}/w.duckdb")
    tables = {
        table.name: warehouse.query(f"SELECT * FROM {table.name} ORDER BY ALL").to_csv()
        for table in results()
    }
    tables["tickets_raw"] = warehouse.query(
        "SELECT * EXCLUDE (_ingestion_ts) FROM tickets_raw ORDER BY ALL"
    ).to_csv()
    return lake_files(folder), tables


def run(folder):
    ingest(f"{folder}/export.csv", "ops_tickets", "", "full", f"{folder}/lake", RUN_AT)
    backfill(f"{folder}/lake", f"duckdb:{folder}/w.duckdb", "", "", RUN_AT)
    transform(f"duckdb:{folder}/w.duckdb", "latest", "UTC", RUN_AT)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write_export(folder, *NEW)
    run(folder)
    return outcome(folder)


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again(tmp_path, expected, point):
    write_export(tmp_path, *OLD)
    run(tmp_path)
    write_export(tmp_path, *NEW)
    code = KILL.format(point=point) + STEPS
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False
    )
    assert killed.returncode == -9, killed.stderr.decode()
    published = (
        open_warehouse(f"duckdb:{tmp_path}/w.duckdb")
        .query("SELECT COUNT(*) AS n FROM fact_tickets")["n"]
        .item()
    )
    assert published == 40  # readers still see the old tables, whole
    run(tmp_path)
    assert outcome(tmp_path) == expected
