"""Memory of the embedded warehouse: little, more where it is needed, and a sentence where there is none."""

import subprocess
import sys

import duckdb
import pytest

from opsdesk import project
from opsdesk.steps.transform import transform
from opsdesk.warehouse.duckdb.memory import Memory, free_megabytes
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from steps import open_warehouse

RUN_AT = "2026-01-01T00:00:00Z"
# 60,000 tickets, 150 a day, in 4,000 categories, so 150 of these begin on each of the first days.
# The last is resolved on day 402 (from 0): 4,000 x 403 days less 51,350 before the categories
# began (150 x (0 + 1 + ... + 25) + 100 x 26), and 403 of one priority, one channel and one tier.
SEGMENT_DAYS = 1_612_000 - 51_350 + 3 * 403
TICKETS = """INSERT INTO tickets_raw BY NAME SELECT
    'T' || i AS ticket_id, created_at, created_at + INTERVAL 3 DAY AS resolved_at, 24.0 AS sla_hours,
    'High' AS priority, 'Category ' || i % 4000 AS category, 'open' AS status, now() AS _ingestion_ts
FROM (SELECT i, TIMESTAMPTZ '2024-01-01 00:00:00+00' + INTERVAL (i * 576) SECOND AS created_at FROM range(60000) AS r(i))"""
TRANSFORM = f"""
import sys
from pathlib import Path
from opsdesk.errors import OpsdeskError
from opsdesk.steps.transform import transform
from opsdesk.warehouse.duckdb.memory import Memory
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
limit = int(sys.argv[2])
warehouse = DuckDBWarehouse(Path(sys.argv[1]), memory=Memory(limit, limit, most=limit))
try:
    print(transform(warehouse, "latest", "UTC", "{RUN_AT}").rows["segment_daily"])
except OpsdeskError as error:
    print(error)
"""


@pytest.fixture
def loaded(tmp_path):
    """A warehouse with many segments of many days, not transformed yet."""
    path = tmp_path / "w.duckdb"
    with open_warehouse(f"duckdb:{path}").loading() as loader:
        loader.con.execute(TICKETS)
    return path


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        pytest.param(100, f"{SEGMENT_DAYS}\n", id="100 MB, a sixth of the usual"),
        pytest.param(20, "needs more memory than the 20 MB that may be taken", id="20 MB"),
    ],
)
def test_a_low_limit_ends_in_time_with_tables_or_a_sentence(loaded, limit, says):
    found = subprocess.run(
        [sys.executable, "-c", TRANSFORM, str(loaded), str(limit)],
        env={"PYTHONPATH": str(project.ROOT / "lib")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert says in found.stdout, found.stdout + found.stderr
    assert found.returncode == 0


def test_more_is_taken_where_little_was_too_little(loaded):
    warehouse = DuckDBWarehouse(loaded, memory=Memory(usual=20, large=20))
    result = transform(warehouse, "latest", "UTC", RUN_AT)
    assert result.rows["segment_daily"] == SEGMENT_DAYS
    assert warehouse.query("SELECT count(*) AS n FROM _runs")["n"].item() == 1


def test_limits_begin_small_and_end_with_what_is_free():
    with duckdb.connect() as con:
        usual = list(Memory().limits(con, is_large=False))
        large = list(Memory().limits(con, is_large=True))
        free = free_megabytes(con)
    assert usual[0] == 600 and large[0] == 2000
    assert usual[1] == pytest.approx(free, rel=0.5)  # others use the machine, too
    assert list(Memory(most=300).limits(con, is_large=True)) == [300]
