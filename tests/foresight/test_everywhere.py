"""The same estimates from both engines in both warehouses, published all at once or not at all."""

from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from desks import desk
from exports import line, run_ingest, write_export
from opsdesk.catalogue import identities
from opsdesk.catalogue.tables import catalogue, estimates
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.spark import compute
from opsdesk.warehouse.bigquery import warehouse as bigquery
from opsdesk.warehouse.duckdb import warehouse as native
from opsdesk.workbench import Workbench
from sparked import SPARK, cloud, emulators, spark  # noqa: F401
from steps import backfill, open_warehouse, transform

pytestmark = pytest.mark.xdist_group("spark")
RUN_AT = "2026-11-24T00:00:00+00:00"
AS_OF = "2024-04-30 23:59:59"
READ = (
    "dim_agents",
    "dim_calendar",
    "ticket_history",
    "fact_tickets",
    "features_daily",
    "backlog_daily",
)  # by foresight
NAMES = [table.name for table in estimates()]


def export_lines(count=900):
    for row in desk(count):
        resolved = row["resolved_at"]
        yield line(
            row["ticket_id"],
            f"{row['created_at']:%Y-%m-%d %H:%M:%S}",
            resolved_at=f"{resolved:%Y-%m-%d %H:%M:%S}" if resolved else "",
            sla_hours=str(row["sla_hours"] or ""),
            priority=row["priority"],
            category=row["category"],
            status="Closed" if resolved else "Open",
        )


@pytest.fixture(scope="module", autouse=True)
def _few_tables():
    """Only the tables that foresight reads: the others take Spark and the emulator a minute."""
    few = tuple(catalogue()[name] for name in READ)
    with pytest.MonkeyPatch.context() as patch:
        for module in (bigquery, compute, native):
            patch.setattr(module, "results", lambda: few)
        patch.setattr(identities, "CHECKS", identities.CHECKS[:1])
        yield


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("foresight")
    run_ingest(folder, write_export(folder, *export_lines()), run_at=RUN_AT)
    return str(folder / "lake")


def publish(lake, place, google=ON_THIS_MACHINE, options=None):
    backfill(lake, place, "", "", RUN_AT, google, options)
    transform(place, AS_OF, "UTC", RUN_AT, google, options)


def tables_of(place, google=ON_THIS_MACHINE):
    warehouse = open_warehouse(place, google)
    keys = {name: list(catalogue()[name].key) for name in NAMES}
    return {n: warehouse.table(n).sort_values(k, ignore_index=True) for n, k in keys.items()}


@pytest.fixture(scope="module")
def expected(lake, tmp_path_factory):
    place = f"duckdb:{tmp_path_factory.mktemp('native')}/w.duckdb"
    publish(lake, place)
    Workbench(RUN_AT).foresee(place)
    return place, tables_of(place)


def assert_same(found, tables):
    for name, rows in tables.items():
        pd.testing.assert_frame_equal(
            found[name], rows, check_exact=True, check_dtype=False, obj=name
        )


def test_every_table_has_rows_and_what_is_unknown_is_null(expected):
    place, tables = expected
    assert all(len(rows) for rows in tables.values())
    with duckdb.connect(place.removeprefix("duckdb:"), read_only=True) as con:
        for name in NAMES:
            numbers = [each.name for each in catalogue()[name].columns if each.type == "FLOAT64"]
            for column in numbers:
                assert con.sql(f"SELECT 1 FROM {name} WHERE isnan({column})").fetchall() == []
            comment = f"SELECT comment FROM duckdb_tables() WHERE table_name = '{name}'"
            assert con.sql(comment).fetchall() == [(catalogue()[name].description,)]


def test_spark_and_duckdb(lake, expected, spark, tmp_path):  # noqa: F811
    place = f"duckdb:{tmp_path}/w.duckdb"
    publish(lake, place, options=SPARK)
    Workbench(RUN_AT, spark=SPARK).foresee(place)
    assert_same(tables_of(place), expected[1])


@pytest.mark.parametrize("engine", ["warehouse", "spark"])
def test_bigquery(lake, expected, cloud, spark, engine):  # noqa: F811
    google = GoogleConnection(endpoints=cloud.endpoints())
    options = replace(SPARK, temp_bucket=cloud.bucket) if engine == "spark" else None
    publish(lake, cloud.warehouse, google, options)
    bench = Workbench(RUN_AT, google)
    result = bench.foresee(cloud.warehouse)
    found = tables_of(cloud.warehouse, google)
    assert_same(found, expected[1])
    assert result.rows == {name: len(rows) for name, rows in found.items()}
    assert bench.foresee(cloud.warehouse).unchanged
    left = [each.table_id for each in cloud.bigquery_client().list_tables(cloud.dataset)]
    assert not [name for name in left if name.startswith("_new")]
