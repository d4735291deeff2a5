"""Paths are literal: a lake, a warehouse and an export in folders whose names an engine would take for patterns."""

from pathlib import Path

import pandas as pd
import pytest

from exports import line, write_export
from opsdesk import OpsdeskError
from opsdesk.display.query_files import write_rows
from opsdesk.warehouse.duckdb.private_copy import PrivateCopy
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from sparked import SPARK, cloud, emulators, spark  # noqa: F401
from steps import backfill, ingest, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00+00:00"
AS_OF = "2023-12-31 00:00:00"
# Each with a folder next to it that the name would match as a pattern.
NAMES = [
    pytest.param("lake[1]", "lake1", id="a class of characters"),
    pytest.param("a?b", "axb", id="any character"),
    pytest.param("a*b", "axxb", id="any characters"),
    pytest.param("a\\b", "a/b", id="a backslash"),
    pytest.param("a\\[1]*?", "a1", id="all of them"),
    pytest.param("[", "x", id="an open bracket"),
    pytest.param("a'b\"c", "abc", id="quotes"),
    pytest.param("a#b %20;é{x,y}", "ab", id="what a URL encodes"),
]


def fill(folder: Path, sibling: Path, spark_options=None) -> DuckDBWarehouse:
    """Ingest, a delta, backfill and transform in `folder`, after the same with other tickets in `sibling`."""
    for place, name in ((sibling, "other"), (folder, "mine")):
        place.mkdir(parents=True)
        export = write_export(place, line("T1", category=name), line("T2", category=name))
        delta = write_export(place, line("T2", category=f"new {name}"), name="delta.csv")
        for path, kind in ((export, "full"), (delta, "delta")):
            ingest(str(path), "ops_tickets", "", kind, str(place / "lake"), RUN_AT)
        warehouse = database(place)
        backfill(str(place / "lake"), warehouse, "", "", RUN_AT, spark=spark_options)
        transform(warehouse, AS_OF, "UTC", RUN_AT, spark=spark_options)
    return open_warehouse(warehouse)


def database(folder: Path) -> str:
    """A warehouse in `folder`, or next to it where DuckDB cannot keep a database in a folder of that name."""
    is_fit = not {"?", "\\"} & set(folder.name)
    return f"duckdb:{folder}/w.duckdb" if is_fit else f"duckdb:{folder.parent}/w of it.duckdb"


def tickets(warehouse) -> list[list[str]]:
    rows = warehouse.query("SELECT ticket_id, category FROM fact_tickets ORDER BY ticket_id")
    return rows.values.tolist()


@pytest.mark.parametrize(("name", "sibling"), NAMES)
def test_a_folder_is_the_one_that_is_named(tmp_path, name, sibling):
    folder = tmp_path / name
    warehouse = fill(folder, tmp_path / sibling)
    expected = [["T1", "mine"], ["T2", "new mine"]]
    assert tickets(warehouse) == expected
    copy = PrivateCopy(Path(database(folder).removeprefix("duckdb:")))
    assert tickets(open_warehouse(f"duckdb:{copy.refreshed()}")) == expected
    write_rows(warehouse.table("fact_tickets"), folder / "rows.parquet", "parquet")
    assert pd.read_parquet((folder / "rows.parquet").open("rb")).shape == (2, 39)
    found = {path.name for path in folder.iterdir()} - {"w.duckdb"}
    assert found == {"export.csv", "delta.csv", "lake", "rows.parquet"}


@pytest.mark.xdist_group("spark")
@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize(("name", "sibling"), [pytest.param("a\\[1] #%20é{x,y}", "a1", id="all")])
def test_spark_reads_and_stages_in_the_folder_that_is_named(tmp_path, name, sibling):
    warehouse = fill(tmp_path / name, tmp_path / sibling, SPARK)
    assert tickets(warehouse) == [["T1", "mine"], ["T2", "new mine"]]


def test_a_pattern_finds_files_below_a_folder_that_looks_like_one(tmp_path):
    folder = tmp_path / "may[1]*"
    folder.mkdir()
    write_export(folder, line("T1"), name="a1.csv")
    write_export(folder, line("T2"), name="a2.csv")
    write_export(folder, line("T3"), name="a[12].csv")
    result = ingest(f"{folder}/a?.csv", "ops_tickets", "", "full", f"{tmp_path}/lake", RUN_AT)
    assert result.record["rows"] == 2
    # a file of that very name is meant before a pattern is
    result = ingest(f"{folder}/a[12].csv", "ops_tickets", "", "full", f"{tmp_path}/lake", RUN_AT)
    assert [file for file, _ in result.record["signature"]["files"]] == ["a[12].csv"]


@pytest.mark.parametrize("name", ["w?.duckdb", "w\\x.duckdb", "a?b/w.duckdb", "a\\b/w.duckdb"])
def test_a_warehouse_that_duckdb_would_open_elsewhere_is_refused(tmp_path, name):
    fill(tmp_path / "a", tmp_path / "b")
    with pytest.raises(
        OpsdeskError, match=r"DuckDB cannot keep a database in .*Name another place"
    ):
        backfill(f"{tmp_path}/a/lake", f"duckdb:{tmp_path}/{name}", "", "", RUN_AT)


def test_a_warehouse_whose_name_duckdb_takes_as_it_is_is_no_pattern(tmp_path):
    fill(tmp_path / "a", tmp_path / "b")
    for name in ("w1.duckdb", "w[1].duckdb"):
        place = f"duckdb:{tmp_path}/{name}"
        backfill(f"{tmp_path}/a/lake", place, "", "", RUN_AT)
        transform(place, AS_OF, "UTC", RUN_AT)
        assert tickets(open_warehouse(place)) == [["T1", "mine"], ["T2", "new mine"]]
