"""One connection for many questions."""

from pathlib import Path

from opsdesk.warehouse.open import open_warehouse
from published import publish


def test_reading_within_reading_leaves_the_connection_open(tmp_path: Path) -> None:
    """A second connection of one process could not be locked as the first one is."""
    publish(tmp_path / "w.duckdb")
    warehouse = open_warehouse(f"duckdb:{tmp_path / 'w.duckdb'}")
    with warehouse.reading():
        with warehouse.reading():
            assert len(warehouse.table("fact_tickets")) == 6
        assert len(warehouse.table("dim_agents")) == 3
    assert len(warehouse.table("work_next")) == 2
