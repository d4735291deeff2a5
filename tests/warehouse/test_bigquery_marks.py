"""A dataset of others: their tables stay, and our names are taken only where they are free or ours."""

import pytest
from google.cloud import bigquery as google

from bigquery_runs import OLD, RUN_AT, keep_small, outcome, write_lake
from exports import line
from opsdesk import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from steps import backfill, open_warehouse

pytestmark = pytest.mark.xdist_group("bigquery")


@pytest.fixture
def dataset(cloud):
    client = cloud.bigquery_client()
    client.create_dataset(cloud.dataset)
    return client, f"{client.project}.{cloud.dataset}"


def make(client, name):
    table = google.Table(name, [google.SchemaField("a", "INT64")])
    client.create_table(table)
    client.query(f"INSERT INTO `{name}` (a) VALUES (7)").result()


@pytest.mark.parametrize("name", ["fact_tickets", "tickets_raw", "_loads", "_opsdesk"])
def test_a_table_of_others_under_our_name_is_refused(monkeypatch, tmp_path, cloud, dataset, name):
    keep_small(monkeypatch)
    client, place = dataset
    make(client, f"{place}.{name}")
    connection = GoogleConnection(endpoints=cloud.endpoints())
    with pytest.raises(OpsdeskError, match=rf"holds {name}, and bears no mark of opsdesk"):
        backfill(write_lake(tmp_path, OLD), cloud.warehouse, "", "", RUN_AT, connection)
    assert [table.table_id for table in client.list_tables(place)] == [name]
    rows = client.list_rows(client.get_table(f"{place}.{name}"))
    assert [row["a"] for row in rows] == [7]


def test_other_tables_stay_and_another_lake_is_refused(monkeypatch, tmp_path, cloud, dataset):
    keep_small(monkeypatch)
    client, place = dataset
    make(client, f"{place}.customers")
    connection = GoogleConnection(endpoints=cloud.endpoints())
    lake = write_lake(tmp_path, OLD)
    backfill(lake, cloud.warehouse, "", "", RUN_AT, connection)
    before = outcome(cloud.warehouse, connection, ("tickets_raw",))["tickets_raw"]
    (tmp_path / "other").mkdir()
    other = write_lake(tmp_path / "other", [line("N1", "2023-05-01 08:00:00")])
    with pytest.raises(OpsdeskError, match="was filled from another lake"):
        backfill(other, cloud.warehouse, "", "", RUN_AT, connection)
    assert outcome(cloud.warehouse, connection, ("tickets_raw",))["tickets_raw"].equals(before)
    assert open_warehouse(cloud.warehouse, connection).linked_lake().lake == lake
    rows = client.list_rows(client.get_table(f"{place}.customers"))
    assert [row["a"] for row in rows] == [7]
