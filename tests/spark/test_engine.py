"""Spark against the warehouses' own engines: the same rows in every table, through folders, a bucket and both warehouses.

The sample from a folder into DuckDB is in test_processes, where Spark starts as a cluster starts it.
"""

import shutil
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pyspark
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql.functions import lit
from pyspark.sql.readwriter import DataFrameWriter

from discovery import api
from exports import line, run_ingest, write_export
from faulty_proxy import faulty_proxy
from generated_histories import random_log
from generated_tickets import AGENTS, ZONES, many_tickets, midnight, with_kinds
from opsdesk import OpsdeskError
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.open import open_lake
from opsdesk.spark import connector_handover, scratch, stage_months
from opsdesk.spark.checkpoints import choose_cut_off, in_files
from opsdesk.spark.compute import compute_tables
from opsdesk.spark.read_lake import CSV
from opsdesk.spark.session import spark_session
from opsdesk.spark.setup import SparkSetup
from own_events import feed as feed_events
from own_events import write_log
from sla_clocks import SHIFTS, clock
from sparked import (  # noqa: F401
    SPARK,
    cloud,
    emulators,
    handover,
    spark,
    staged_rows,
    unequal,
    unequal_as_spark_reads,
)
from steps import backfill, ingest, open_warehouse, transform
from ticket_rows import differences
from tickets import build, clock_of, numbered, shipped_rules

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.usefixtures("spark")]
RUN_AT = "2024-01-01T00:00:00+00:00"
SAMPLE = (
    "lib/opsdesk/data/sample/ops_tickets.csv",
    "ops_tickets",
    "lib/opsdesk/data/sample/agents_master.csv",
    "full",
)
BOSTON = ("lib/opsdesk/data/boston311_2011.csv.gz", "boston311", "", "full")
SAMPLE_TIMES = ("2023-06-30 23:59:59", "Europe/Berlin", RUN_AT)
CALENDARS = {
    "sample": "extended",
    "boston": "",
}  # Critical tickets of the sample run round the clock
BOSTON_TIMES = ("2011-12-31 23:59:59", "America/New_York", RUN_AT)


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    """The sample and Boston in folders and DuckDB files, by DuckDB."""
    folder = tmp_path_factory.mktemp("native")
    for name, source, times in (("sample", SAMPLE, SAMPLE_TIMES), ("boston", BOSTON, BOSTON_TIMES)):
        ingest(*source, f"{folder}/{name}", RUN_AT)
        backfill(f"{folder}/{name}", f"duckdb:{folder}/{name}.duckdb", "", "", RUN_AT)
        transform(f"duckdb:{folder}/{name}.duckdb", *times, calendar=CALENDARS[name])
    return folder


def by_spark(lake, warehouse, times, given=ON_THIS_MACHINE, options=SPARK, calendar=""):
    """Backfill and transform by Spark; what both returned."""
    loaded = backfill(lake, warehouse, "", "", RUN_AT, given, options)
    return loaded, transform(warehouse, *times, given, options, calendar)


def test_boston_from_a_folder_into_duckdb(native, tmp_path):
    target = f"duckdb:{tmp_path}/w.duckdb"
    loaded, made = by_spark(f"{native}/boston", target, BOSTON_TIMES)
    assert loaded.engine == f"Loaded by Spark {pyspark.__version__} on local[2]"
    assert made.engine == f"Computed by Spark {pyspark.__version__} on local[2]"
    assert unequal(target, f"duckdb:{native}/boston.duckdb") == {}
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]  # nothing staged is left


def test_the_sample_from_a_bucket_into_bigquery(native, cloud):  # noqa: F811
    """Google's own connectors on both sides. test_bigquery compares what BigQuery computes with
    DuckDB.
    """
    given = GoogleConnection(endpoints=cloud.endpoints())
    ingest(*SAMPLE, cloud.lake, RUN_AT, given)
    by_spark(
        cloud.lake,
        cloud.warehouse,
        SAMPLE_TIMES,
        given,
        replace(SPARK, temp_bucket=cloud.bucket),
        CALENDARS["sample"],
    )
    names = [table.table_id for table in cloud.bigquery_client().list_tables(cloud.dataset)]
    assert not [name for name in names if name.startswith(("_spark", "_new", "_load_"))]
    assert not [
        blob.name for blob in cloud.storage_client().list_blobs(cloud.bucket, prefix=".spark")
    ]
    assert unequal(cloud.warehouse, f"duckdb:{native}/sample.duckdb", given) == {}


def test_boston_from_a_folder_into_bigquery(native, cloud, spark, tmp_path):  # noqa: F811
    given, target = GoogleConnection(endpoints=cloud.endpoints()), f"duckdb:{native}/boston.duckdb"
    by_spark(
        f"{native}/boston",
        cloud.warehouse,
        BOSTON_TIMES,
        given,
        replace(SPARK, temp_bucket=cloud.bucket),
    )
    assert (
        unequal_as_spark_reads(spark, open_warehouse(cloud.warehouse, given), target, tmp_path)
        == {}
    )


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ZONES), st.integers(1, 10**6))
def test_generated_tickets(spark, tmp_path_factory, zone, seed):  # noqa: F811
    tickets, as_of = many_tickets(zone, 200, seed)
    with_kinds(tickets)
    logged, events, _ = random_log(seed, zone, 40)
    tickets += [row | {"ticket_id": f"log-{row['ticket_id']}"} for row in logged]
    events = [row | {"ticket_id": f"log-{row['ticket_id']}"} for row in events]
    shifts = clock(SHIFTS, zone, [midnight(zone, 3).date()], High="")
    place = handover(
        tmp_path_factory.mktemp("any"),
        {"tickets_raw": numbered(tickets), "events_raw": events, "agents_raw": list(AGENTS)},
    )
    with spark_session(SparkSetup(SPARK), in_cloud=False) as session:
        names = ("tickets_raw", "events_raw", "agents_raw")
        raw = {name: place.read(session, name) for name in names}
        given = {"as_of": as_of, "timezone": zone, "rules": shipped_rules()}
        given |= clock_of(numbered(tickets), as_of, shifts)
        staged = compute_tables(session, raw, given, place.write, 2)
    expected = build(tickets, as_of, zone, AGENTS, clock=shifts, events=events)
    found = {
        t.name: differences(t.name, staged_rows(staged[t.name]), expected[t.name])
        for t in results()
    }
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_cells_with_everything_in_them(tmp_path):
    odd = [
        '"a ""quoted"" word"',
        '"two\nlines"',
        '"with\r\nreturn"',
        '"x,y"',
        '"  blanks  "',
        "back\\slash",
        "ünï",
        "'",
        "#",
    ]
    lines = [
        line(f"T{place}", f"2023-01-0{1 + place % 3} 10:00:00", category=cell)
        for place, cell in enumerate(odd)
    ]
    run_ingest(tmp_path, write_export(tmp_path, *lines))
    for name, engine in (("native", {}), ("spark", {"spark": SPARK})):
        backfill(f"{tmp_path}/lake", f"duckdb:{tmp_path}/{name}.duckdb", "", "", RUN_AT, **engine)
    both = [
        open_warehouse(f"duckdb:{tmp_path}/{name}.duckdb").table("tickets_raw")
        for name in ("native", "spark")
    ]
    assert len(both[0]) == len(odd)
    by_id = [rows.sort_values("ticket_id", ignore_index=True) for rows in both]
    assert by_id[0].equals(by_id[1]), (by_id[0]["category"].tolist(), by_id[1]["category"].tolist())


def lake_with(folder, text, rows=1):
    """A lake whose only day file says `text`, with a manifest that agrees."""
    lake = open_lake(f"{folder}/lake")
    lake.store.write("agents_data/.keep", b"")
    file = lake.write_file("2023-01", "2023-01-02.csv", rows, text.encode())
    lake.write_manifest(Manifest("2023-01", (file,)))
    return f"{folder}/lake"


HEADER = ",".join(ticket_column_names())
GOOD = "T1,2023-01-02T10:00:00Z,,,24.0,,High,Bug,Email,Gold,Open,A1,,,,,,"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            f"{HEADER}\n{GOOD.replace('24.0', 'many')}\n",
            "2023-01-02.csv",
            id="not a number",
        ),
        pytest.param(
            f"{HEADER}\n{GOOD.replace('T10:00:00Z', ' at ten')}\n",
            "2023-01-02.csv",
            id="not a time",
        ),
        pytest.param(
            f"{HEADER}\n{GOOD.replace(',,High', ',perhaps,High')}\n",
            "2023-01-02.csv",
            id="not a flag",
        ),
        pytest.param(f"{HEADER}\n{GOOD},more\n", "2023-01-02.csv", id="a cell too many"),
        pytest.param(f"{HEADER}\nT1,2023-01-02T10:00:00Z\n", "2023-01-02.csv", id="cells missing"),
        pytest.param(
            f"{HEADER.replace('priority', 'urgency')}\n{GOOD}\n", "urgency", id="another column"
        ),
        pytest.param(
            f"{HEADER}\n{GOOD}\n{GOOD}\n",
            "promises 1 rows and 2 were loaded",
            id="another number of rows",
        ),
    ],
)
def test_a_month_that_cannot_be_loaded_says_so_and_changes_nothing(tmp_path, text, says):
    lake = lake_with(tmp_path, text)
    with pytest.raises(OpsdeskError) as caught:
        backfill(lake, f"duckdb:{tmp_path}/w.duckdb", "", "", RUN_AT, spark=SPARK)
    sentence = str(caught.value)
    assert sentence.startswith("2023-01: ") and says in sentence and "\n" not in sentence, sentence
    assert "Exception" not in sentence and len(sentence) < 500
    assert open_warehouse(f"duckdb:{tmp_path}/w.duckdb").loads().empty


def test_nothing_to_do_starts_nothing(native, tmp_path, monkeypatch):
    target = f"duckdb:{tmp_path}/w.duckdb"
    backfill(f"{native}/sample", target, "", "", RUN_AT)
    transform(target, *SAMPLE_TIMES)
    monkeypatch.setattr(
        stage_months, "spark_session", lambda *_, **__: pytest.fail("Spark was started")
    )
    monkeypatch.setattr(
        "opsdesk.spark.stage_tables.spark_session",
        lambda *_, **__: pytest.fail("Spark was started"),
    )
    loaded, made = by_spark(f"{native}/sample", target, SAMPLE_TIMES)
    assert loaded.engine == "No month to load: Spark was not started"
    assert (made.unchanged, made.engine) == (True, "Computed by DuckDB")


def test_a_write_that_fails_leaves_nothing_in_the_cloud(native, cloud, monkeypatch):  # noqa: F811
    """The load job fails, as it does where a column does not fit: what the connector left in the
    bucket goes, the table too.
    """
    given = GoogleConnection(endpoints=cloud.endpoints())
    monkeypatch.setattr(
        connector_handover, "make_staging", lambda jobs, name, table: _wrong_table(cloud, name)
    )
    with pytest.raises(
        OpsdeskError, match=r"^2011-07: reading it from the lake: Spark failed: "
    ) as caught:
        backfill(
            f"{native}/boston",
            cloud.warehouse,
            "",
            "2011-07",
            RUN_AT,
            given,
            replace(SPARK, temp_bucket=cloud.bucket),
        )
    assert "\n" not in str(caught.value)
    assert list(cloud.storage_client().list_blobs(cloud.bucket)) == []
    names = [table.table_id for table in cloud.bigquery_client().list_tables(cloud.dataset)]
    assert not [name for name in names if name.startswith("_spark")]


def _wrong_table(cloud, name):  # noqa: F811
    from google.cloud import bigquery

    schema = [bigquery.SchemaField("ticket_id", "INT64")]
    cloud.bigquery_client().create_table(
        bigquery.Table(f"{cloud.emulators.project}.{cloud.dataset}.{name}", schema=schema)
    )


def test_what_killed_runs_left_in_the_bucket_goes_when_it_is_old(cloud, monkeypatch):  # noqa: F811
    bucket = cloud.storage_client().bucket(cloud.bucket)
    of_others = [".spark-bigquery-application_1/part-0.parquet", "raw/2023/01/2023-01-01.csv"]
    for name in ("opsdesk-spark/.spark-bigquery-local-1/part-0.parquet", *of_others):
        bucket.blob(name).upload_from_string("x")
    place = open_warehouse(cloud.warehouse, GoogleConnection(endpoints=cloud.endpoints()))
    left = connector_handover.ConnectorHandover(
        place, GoogleConnection(endpoints=cloud.endpoints()), cloud.bucket
    )
    left.sweep()
    assert len(list(bucket.list_blobs())) == 3  # young: its run may be at work
    monkeypatch.setattr(connector_handover, "EXPIRY", -connector_handover.EXPIRY)
    left.sweep()
    assert [blob.name for blob in bucket.list_blobs()] == of_others


def test_staged_columns_may_all_be_null(cloud, spark, monkeypatch):  # noqa: F811
    """A connector before 0.40 asks for REQUIRED columns where a frame has no NULL; BigQuery refuses that."""
    given = GoogleConnection(endpoints=cloud.endpoints())
    cloud.bigquery_client().create_dataset(cloud.dataset)
    place = connector_handover.ConnectorHandover(
        open_warehouse(cloud.warehouse, given), given, cloud.bucket
    )
    rows = spark.sql("SELECT 'A1' AS agent_id, 'Ann' AS name, 3.0D AS daily_capacity")
    assert not any(field.nullable for field in rows.schema)
    sent = []
    monkeypatch.setattr(DataFrameWriter, "save", lambda writer, _: sent.append(writer._df))
    place.write("dim_agents", rows)
    (frame,) = sent
    assert all(field.nullable for field in frame.schema)
    assert (frame.columns, frame.collect()) == (rows.columns, rows.collect())


def test_a_table_that_is_kept_in_files_is_computed_once(spark, tmp_path):  # noqa: F811
    cut_off = in_files(spark, tmp_path.as_uri())
    rows = cut_off(spark.range(3).selectExpr("id", "uuid() AS made"))
    assert list(tmp_path.rglob("rdd-*/part-*"))
    kept = {row.made for row in rows.collect()}
    shutil.rmtree(tmp_path)
    with pytest.raises(Exception, match=r"rdd-\d+"):  # they are read from there, and not made again
        rows.collect()
    assert len(kept) == 3


def test_checkpoints_are_in_our_folder_of_the_bucket_and_go_with_the_run(cloud):  # noqa: F811
    bucket = cloud.storage_client().bucket(cloud.bucket)
    given = GoogleConnection(endpoints=cloud.endpoints())
    target = open_warehouse(cloud.warehouse, given)
    place, other = (
        connector_handover.ConnectorHandover(target, given, cloud.bucket) for _ in range(2)
    )
    for folder in (place.checkpoints, other.checkpoints):
        name = folder.removeprefix(f"gs://{cloud.bucket}/")
        assert name.startswith("opsdesk-spark/checkpoints-")
        bucket.blob(f"{name}/1/rdd-1/part-00000").upload_from_string("x")
    place.clear()
    (left,) = bucket.list_blobs()
    assert f"gs://{cloud.bucket}/{left.name}".startswith(other.checkpoints)


@pytest.mark.parametrize(
    ("master", "is_kept_in_files"), [("local[*]", False), ("yarn", True), ("spark://h:7077", True)]
)
def test_where_a_machine_may_be_lost_tables_are_kept_in_files(master, is_kept_in_files):
    asked = []
    context = SimpleNamespace(master=master, setCheckpointDir=asked.append)
    choose_cut_off(SimpleNamespace(sparkContext=context), "gs://b/checkpoints")
    assert asked == (["gs://b/checkpoints"] if is_kept_in_files else [])


def test_a_cluster_of_ones_own_cannot_impersonate(cloud):  # noqa: F811
    google = GoogleConnection("opsdesk@p.iam.gserviceaccount.com", cloud.endpoints())
    setup = SparkSetup(replace(SPARK, master="spark://h:7077", temp_bucket=cloud.bucket), google)
    target = open_warehouse(cloud.warehouse, google)
    with (
        pytest.raises(
            OpsdeskError, match=r"^google\.impersonate: executors of spark://h:7077 cannot"
        ),
        connector_handover.connector_handover(setup, target),
    ):
        pass


def test_bigquery_needs_a_bucket_by_name(cloud):  # noqa: F811
    google = GoogleConnection(endpoints=cloud.endpoints())
    target = open_warehouse(cloud.warehouse, google)
    handing_over = connector_handover.connector_handover(SparkSetup(SPARK, google), target)
    with pytest.raises(OpsdeskError, match="temp_bucket: "), handing_over:
        pass


def test_an_interrupt_while_spark_writes_leaves_nothing(native, tmp_path, monkeypatch):
    target = f"duckdb:{tmp_path}/w.duckdb"
    backfill(f"{native}/sample", target, "", "", RUN_AT)
    transform(target, *SAMPLE_TIMES)
    before = open_warehouse(target).runs()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("opsdesk.spark.parquet_handover.ParquetHandover.write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        transform(target, "2023-06-01 00:00:00", "UTC", RUN_AT, spark=SPARK)
    assert open_warehouse(target).runs().equals(before)
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


def test_what_a_killed_run_left_next_to_the_file_goes_with_the_next(tmp_path):
    dead = tmp_path / "w.duckdb.spark-dead"
    (dead / "staged-fact_tickets").mkdir(parents=True)
    (dead / "_opsdesk.json").write_text('{"id": "1", "kind": "Spark folder", "format": 1}')
    with (
        scratch.scratch_folder(tmp_path / "w.duckdb") as first,
        scratch.scratch_folder(tmp_path / "w.duckdb") as second,
    ):
        assert not dead.exists()
        assert first.is_dir() and second.is_dir() and first != second  # the living keep theirs
    assert list(tmp_path.iterdir()) == []


ROOT_URL = "fs.gs.storage.root.url"


@pytest.fixture(scope="session")  # the connector cleans up when Java ends, and asks its bucket then
def recorders(emulators):  # noqa: F811
    with (
        faulty_proxy(emulators.storage_url) as storage,
        faulty_proxy(emulators.bigquery_url) as bigquery,
    ):
        yield storage, bigquery


def test_what_the_connectors_send_is_what_google_describes(recorders, cloud, spark):  # noqa: F811
    """A day file is read, a table is staged through the bucket, and read again."""
    storage, bigquery = recorders
    google = GoogleConnection(endpoints=cloud.endpoints(storage.url, bigquery.url))
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    hadoop.set(ROOT_URL, f"{storage.url}/")  # for buckets that were not reached before
    day = cloud.storage_client().bucket(cloud.bucket).blob("raw/a.csv")
    day.upload_from_string("agent_id\nA1\nA2\n")
    target = open_warehouse(cloud.warehouse, google)
    setup = SparkSetup(replace(SPARK, temp_bucket=cloud.bucket), google)
    with target.loading(), connector_handover.connector_handover(setup, target) as place:
        read = spark.read.options(**CSV).schema("agent_id STRING")
        agents = read.csv(f"gs://{cloud.bucket}/raw")
        columns = catalogue()["agents_raw"].columns[1:]
        empty = [lit(None).cast(one.spark_type).alias(one.name) for one in columns]
        staged = place.write("agents_raw", agents.select("agent_id", *empty))
        assert place.read(spark, staged).count() == 2
    hadoop.set(ROOT_URL, f"{cloud.emulators.storage_url}/")
    files, tables = api("storage", "v1"), api("bigquery", "v2")
    wrong = Counter(text for one in storage.requests for text in files.problems(one))
    wrong.update(text for one in bigquery.requests for text in tables.problems(one))
    assert wrong == {}
    called = {files.method_id(one) for one in storage.requests}
    called |= {tables.method_id(one) for one in bigquery.requests}
    assert {"storage.objects.insert", "storage.objects.rewrite", "bigquery.jobs.insert"} <= called


def test_months_of_changes_are_read_by_spark(tmp_path):
    """Their cells have quotes and commas, and one line is two; the rows are those that DuckDB loads."""
    log = write_log(
        tmp_path,
        "T1,2023-01-31 23:59:59,state,New,Waiting",
        "T1,2023-01-31 23:59:59,state,Waiting,Done",
        'T9,2023-02-01 00:00:00,grp,"a ""b"", c","two\nlines"',
        "T1,2023-02-01 00:00:01,prio,Low,1",
    )
    feed_events(tmp_path, log)
    found = {}
    for name, engine in (("duckdb", None), ("spark", SPARK)):
        place = f"duckdb:{tmp_path}/{name}.duckdb"
        loaded = backfill(f"{tmp_path}/lake", place, "", "", RUN_AT, spark=engine)
        assert [row.rows for row in loaded.months.itertuples()][-2:] == [2, 2]
        rows = open_warehouse(place).query('SELECT * FROM events_raw ORDER BY "at", ticket_id, seq')
        found[name] = rows.astype(str).values.tolist()
    assert found["spark"] == found["duckdb"] and len(found["duckdb"]) == 4
    assert found["duckdb"][2][5] == "two\nlines"
