"""Published warehouses: one of two weeks, small enough to compute by hand, and the sample."""

import pytest

from opsdesk.trends import coverage
from steps import RUN_AT, backfill, ingest, open_warehouse, transform
from trends_warehouse import JANUARY, RUN, day, due_on, published, resolved, still_open

SAMPLE = "lib/opsdesk/data/sample"


@pytest.fixture
def warehouse(tmp_path):
    """Thursday 4 to Tuesday 16 January: six days, and a whole week that ends with the data."""
    days = [
        day(date, backlog_size=10 + n, inflow=3, outflow=2, past_due=n)
        for n, date in enumerate(JANUARY[3:16])
    ]
    due = [due_on(date, 2, missed=int(date >= "2024-01-13")) for date in JANUARY[3:16]]
    tickets = [
        *[
            resolved("2024-01-10", hours, breached=hours > 8)
            for hours in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
        ],
        *[resolved("2024-01-16", hours, breached=hours > 8) for hours in (9.0, 1000.0)],
        resolved("2024-01-16", None, breached=None),
        resolved("2024-01-09", 5000.0, breached=True),
        still_open("2024-01-05", 288.0),
    ]
    run = RUN | {"as_of": "2024-01-16 23:59:59+00"}
    return published(
        tmp_path / "w.duckdb",
        backlog_daily=days,
        features_daily=due,
        fact_tickets=tickets,
        _runs=[run],
    )


@pytest.fixture
def covered(warehouse):
    return coverage.read_coverage(warehouse)


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    lake = str(folder / "lake")
    warehouse = f"duckdb:{folder}/w.duckdb"
    export = f"{SAMPLE}/ops_tickets.csv"
    agents = f"{SAMPLE}/agents_master.csv"
    ingest(export, "ops_tickets", agents, "full", lake, RUN_AT)
    backfill(lake, warehouse, "", "", RUN_AT)
    transform(warehouse, "2023-06-30 23:59:59", "UTC", RUN_AT)
    return open_warehouse(warehouse)
