"""Datasets and tables that delete rows by themselves: refused before anything is lost, with the command that helps."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from google.cloud import bigquery as google

from bigquery_runs import OLD, RUN_AT, keep_small, outcome, run, write_lake
from opsdesk import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from steps import backfill, transform

pytestmark = pytest.mark.xdist_group("bigquery")
DAY = 86_400_000
TABLES = "default_table_expiration_ms"
PARTITIONS = "default_partition_expiration_ms"


@pytest.fixture
def reach(cloud, monkeypatch):
    keep_small(monkeypatch)
    return GoogleConnection(endpoints=cloud.endpoints())


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        pytest.param({TABLES: 60 * DAY}, "deletes tables after 60 days, and so", id="tables"),
        pytest.param({PARTITIONS: DAY}, "deletes month partitions after 1 day, and", id="partitions"),
        pytest.param({TABLES: 60 * DAY, PARTITIONS: 60 * DAY}, "tables after 60 days and month partitions after 60", id="the sandbox"),
    ],
)  # fmt: skip
def test_a_dataset_with_a_default_expiration_is_refused_before_anything_is_made(
    tmp_path, cloud, reach, kept, says
):
    dataset = google.Dataset(f"{cloud.emulators.project}.{cloud.dataset}")
    for name, milliseconds in kept.items():
        setattr(dataset, name, milliseconds)
    client = cloud.bigquery_client()
    client.create_dataset(dataset)
    with pytest.raises(OpsdeskError) as caught:
        backfill(write_lake(tmp_path, OLD), cloud.warehouse, "", "", RUN_AT, reach)
    assert says in str(caught.value)
    command = "`bq update --default_table_expiration 0 --default_partition_expiration 0 "
    assert command + f"{cloud.emulators.project}:{cloud.dataset}`" in str(caught.value)
    assert list(client.list_tables(cloud.dataset)) == []


def test_a_default_that_comes_later_stops_the_publication(tmp_path, cloud, reach):
    run(write_lake(tmp_path, OLD), cloud.warehouse, reach)
    before = outcome(cloud.warehouse, reach)
    client = cloud.bigquery_client()
    dataset = client.get_dataset(cloud.dataset)
    dataset.default_partition_expiration_ms = DAY
    client.update_dataset(dataset, [PARTITIONS])
    with pytest.raises(OpsdeskError, match="deletes month partitions after 1 day"):
        transform(cloud.warehouse, "latest", "Asia/Tokyo", RUN_AT, reach)
    assert outcome(cloud.warehouse, reach)["fact_tickets"].equals(before["fact_tickets"])


def expire(table: google.Table) -> list[str]:
    table.expires = datetime.now(UTC) + timedelta(days=60)
    return ["expires"]


def expire_months(table: google.Table) -> list[str]:
    partitioning = table.time_partitioning
    partitioning.expiration_ms = 60 * DAY
    table.time_partitioning = partitioning
    return ["time_partitioning"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(expire, r"tickets_raw is deleted on 20\d\d-\d\d-\d\d, and so", id="the table"),
        pytest.param(expire_months, "tickets_raw loses each month after 60 days, and", id="months"),
    ],
)
def test_a_table_with_an_expiration_is_refused(tmp_path, cloud, reach, change, says):
    load = partial(backfill, write_lake(tmp_path, OLD), cloud.warehouse, "", "", RUN_AT, reach)
    load()
    client = cloud.bigquery_client()
    table = client.get_table(f"{cloud.dataset}.tickets_raw")
    client.update_table(table, change(table))
    with pytest.raises(OpsdeskError, match=says) as caught:
        load()
    assert f"ALTER TABLE {table.full_table_id.replace(':', '.')} " in str(caught.value)
    assert "partition_expiration_days = NULL)'`" in str(caught.value)


def test_a_month_that_vanished_after_its_commit_is_named(tmp_path, cloud, reach):
    """So it is where partitions had an expiration when the month was committed."""
    load = partial(backfill, write_lake(tmp_path, OLD), cloud.warehouse, "", "", RUN_AT, reach)
    load()
    gone = f"DELETE FROM {cloud.dataset}.tickets_raw WHERE created_at < TIMESTAMP '2023-02-01'"
    cloud.bigquery_client().query(gone).result()
    with pytest.raises(OpsdeskError, match=r"rows that were loaded: 2023-01 0 of 10\. Has another"):
        load()
