"""First runs, second accounts and missing roles, walked through as Google's documented roles let them end."""

import re
from datetime import UTC, datetime

import pytest

from bigquery_runs import NEW, OLD, RUN_AT, keep_small, write_lake
from cloud_lakes import cloud_ingest
from exports import write_export
from google_roles import Account
from google_with_roles import World
from opsdesk import OpsdeskError
from opsdesk.config.locations import read_warehouse
from opsdesk.warehouse.bigquery.estimate import measure_transform
from opsdesk.warehouse.bigquery.state import read_state
from steps import backfill, open_warehouse, transform

pytestmark = pytest.mark.xdist_group("bigquery")
JOBS = "roles/bigquery.jobUser"
EDITOR = "roles/bigquery.dataEditor"
VIEWER = "roles/bigquery.dataViewer"
EDITS = f"{EDITOR} on the dataset"
NAMES = "roles/bigquery.metadataViewer"
READS = "roles/storage.objectViewer"
USER = "roles/storage.objectUser"
BUCKET = (USER, "roles/storage.legacyBucketReader")
WHEN = {"as_of": datetime(2024, 1, 1, tzinfo=UTC), "timezone": "UTC"}
COUNT = "SELECT COUNT(*) AS n FROM fact_tickets"


@pytest.fixture
def world(cloud, monkeypatch) -> World:
    keep_small(monkeypatch)
    return World(cloud)


def documented(name: str, **changes) -> Account:
    """Who runs opsdesk with the roles that docs/google-cloud.md names."""
    return Account(name, **{"project": (JOBS,), "dataset": (EDITOR,), "bucket": BUCKET} | changes)


def without(permission: str) -> Account:
    """The same with a role of one's own that lacks one permission."""
    return documented("a", without=(permission,))


def test_a_first_run_and_its_readers(world, tmp_path):
    """Nothing is there but the bucket: who may make datasets makes it, and others read."""
    place = world.cloud.warehouse
    first = documented("first@my-project", project=("roles/bigquery.user",), dataset=())
    with world.as_account(first) as google:
        before = open_warehouse(place, google)
        assert not before.exists()
        assert before.linked_lake() is None
        assert measure_transform(before, WHEN) is None  # the dry run estimates it then
        cloud_ingest(tmp_path, write_export(tmp_path, *OLD), world.cloud.lake, google.endpoints)
        done = backfill(world.cloud.lake, place, "", "", RUN_AT, google)
        assert done.months["action"].tolist() == ["loaded", "loaded"]
        assert transform(place, "latest", "UTC", RUN_AT, google).rows["fact_tickets"] == 20
    reader = Account("reader@my-project", project=(JOBS,), dataset=(VIEWER,))
    with world.as_account(reader) as google:
        assert open_warehouse(place, google).query(COUNT)["n"].tolist() == [20]
        assert len(open_warehouse(place, google).table("fact_tickets")) == 20
        months, last = read_state(read_warehouse(place), google, 1)
        assert months == [("2023-01", 10), ("2023-02", 10)]
        assert last


def test_a_second_account_meets_the_jobs_of_the_first(world, tmp_path):
    """The content goes from A to B and back to A: the job of A is somebody else's by then."""
    world.make_dataset()
    load = (world.cloud.warehouse, "2023-01", "2023-01", RUN_AT)
    with world.as_account(documented("first@my-project")) as google:
        for lines in (OLD, NEW):
            backfill(write_lake(tmp_path, lines), *load, google)
    seen = len(world.proxies)
    with world.as_account(documented("second@my-project")) as google:
        done = backfill(write_lake(tmp_path, OLD), *load, google)
        assert done.months["action"].tolist() == ["loaded"]
        raw = open_warehouse(world.cloud.warehouse, google).table("tickets_raw")
    assert sorted(raw["ticket_id"]) == sorted(f"T{number}" for number in range(0, 20, 2))
    second = World(world.cloud, proxies=world.proxies[seen:])
    assert second.statuses("POST", r"^/upload.*/jobs$") == [409, 200]
    assert second.statuses("GET", r"/jobs/opsdesk_.*_1$") == [403]


@pytest.fixture
def lake(tmp_path) -> str:
    """A lake on this machine, so that only BigQuery's roles matter."""
    return write_lake(tmp_path, OLD[:2])


@pytest.mark.parametrize(
    ("account", "missing"),
    [
        pytest.param(documented("a", project=()), ("bigquery.jobs.create", f"{JOBS} on the project"), id="no jobs"),
        pytest.param(documented("a", dataset=()), ("bigquery.datasets.get", EDITS), id="nothing on the dataset"),
        pytest.param(documented("a", dataset=(VIEWER,)), ("bigquery.tables.create", EDITS), id="a reader of the dataset"),
        pytest.param(without("bigquery.tables.updateData"), ("bigquery.tables.updateData", EDITS), id="a role without updateData"),
        pytest.param(without("bigquery.tables.update"), ("bigquery.tables.update", EDITS), id="a role without update"),
        pytest.param(without("bigquery.tables.getData"), ("bigquery.tables.getData", f"{VIEWER} on the dataset"), id="a role without getData"),
    ],
)  # fmt: skip
def test_a_role_that_a_backfill_lacks_is_named(world, lake, account, missing):
    world.make_dataset()
    with world.as_account(account) as google, pytest.raises(OpsdeskError) as refused:
        backfill(lake, world.cloud.warehouse, "", "", RUN_AT, google)
    assert_role_is_named(refused.value, *missing)


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        pytest.param((), ("storage.objects.get", f"{USER} on the bucket"), id="nothing on the bucket"),
        pytest.param((READS,), ("storage.objects.create", f"{USER} on the bucket"), id="a reader of the bucket"),
        pytest.param((READS, "roles/storage.objectCreator"), ("storage.objects.delete", f"{USER} on the bucket"), id="who may not replace"),
    ],
)  # fmt: skip
def test_a_role_that_an_ingest_lacks_is_named(world, tmp_path, roles, missing):
    export = write_export(tmp_path, *OLD[:2])
    with (
        world.as_account(documented("a", bucket=roles)) as google,
        pytest.raises(OpsdeskError) as refused,
    ):
        cloud_ingest(tmp_path, export, world.cloud.lake, google.endpoints)
    assert_role_is_named(refused.value, *missing)


def test_an_ingest_needs_no_right_on_the_bucket_itself(world, tmp_path):
    """Google's client asks for the bucket in the background, and a refusal is nothing to it."""
    export = write_export(tmp_path, *OLD[:2])
    with world.as_account(documented("a", bucket=(USER,))) as google:
        cloud_ingest(tmp_path, export, world.cloud.lake, google.endpoints)
    assert {*world.statuses("GET", r"/storage/v1/b/[^/]+$")} <= {403}


@pytest.mark.parametrize(
    ("project", "missing"),
    [
        pytest.param((JOBS,), ("bigquery.datasets.get", EDITS), id="who may only start jobs"),
        pytest.param((JOBS, NAMES), ("bigquery.datasets.create", "roles/bigquery.user on the project"), id="who may see datasets and not make them"),
    ],
)  # fmt: skip
def test_a_dataset_that_is_missing_and_may_not_be_made(world, lake, project, missing):
    with (
        world.as_account(documented("a", project=project)) as google,
        pytest.raises(OpsdeskError) as refused,
    ):
        backfill(lake, world.cloud.warehouse, "", "", RUN_AT, google)
    assert_role_is_named(refused.value, *missing)


def test_who_asks_before_the_first_run_is_told_to_run_it(world):
    reader = documented("a", project=("roles/bigquery.user",))
    with world.as_account(reader) as google, pytest.raises(OpsdeskError) as refused:
        open_warehouse(world.cloud.warehouse, google).query(COUNT)
    assert_one_sentence(refused.value, "run 01_ingest and 02_backfill")


def test_a_reader_without_a_right_on_the_rows_is_told_the_role(world, lake):
    world.make_dataset()
    with world.as_account(documented("a")) as google:
        backfill(lake, world.cloud.warehouse, "", "", RUN_AT, google)
    names_only = Account("b", project=(JOBS,), dataset=(NAMES,))
    with world.as_account(names_only) as google, pytest.raises(OpsdeskError) as refused:
        open_warehouse(world.cloud.warehouse, google).query("SELECT COUNT(*) FROM tickets_raw")
    assert_role_is_named(refused.value, "bigquery.tables.getData", f"{VIEWER} on the dataset")


@pytest.mark.parametrize(
    ("bucket_at", "account", "says"),
    [
        pytest.param("US", documented("a"), "different locations: source: US, destination: EU", id="a bucket elsewhere"),
        pytest.param("EU", documented("a", bucket=(USER,)), "storage.buckets.get", id="no right on the bucket itself"),
    ],
)  # fmt: skip
def test_what_bigquery_may_not_read_goes_through_this_machine(
    world, tmp_path, bucket_at, account, says
):
    """Each month is loaded the whole way, and the result says why it took longer."""
    bucket = f"{world.cloud.bucket}-there"
    world.cloud.emulators.make_bucket(bucket, bucket_at)
    first = documented("owner", project=("roles/bigquery.user",), dataset=())
    with world.as_account(first) as google:
        cloud_ingest(tmp_path, write_export(tmp_path, *OLD[:2]), f"gs://{bucket}", google.endpoints)
        with open_warehouse(world.cloud.warehouse, google).loading():
            pass
    with world.as_account(account) as google:
        done = backfill(f"gs://{bucket}", world.cloud.warehouse, "", "", RUN_AT, google)
    assert done.months["action"].tolist() == ["loaded", "loaded"]
    assert says in str(done)


def assert_role_is_named(error: OpsdeskError, permission: str, role: str) -> None:
    says = f"the permission {permission} is missing; grant {role} to the account"
    assert_one_sentence(error, says)


def assert_one_sentence(error: OpsdeskError, says: str) -> None:
    text = str(error)
    assert says in text
    assert "\n" not in text
    assert not re.search(r"Traceback|https?://|Bearer", text)
