"""Load jobs that BigQuery refuses, or that another account has started; a server answers as Google documents it."""

import json

import pytest

from bigquery_runs import OLD, RUN_AT, keep_small, write_lake
from cloud_lakes import cloud_ingest
from exports import line, write_export
from google_answers import denied, google_answers, refusal
from opsdesk import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.open import open_lake
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery import load_jobs
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.loader import BigQueryLoader
from steps import backfill

pytestmark = pytest.mark.xdist_group("bigquery")
API = "/bigquery/v2/projects/my-project-1"
DATASET = {"datasetReference": {"projectId": "my-project-1", "datasetId": "ops"}, "location": "EU"}
START = f"POST (/upload)?{API}/jobs"
NOT_YOURS = denied("Job my-project-1:EU.opsdesk_x: Permission bigquery.jobs.get denied on job")
TAKEN = refusal(409, "Already Exists: Job my-project-1:EU.opsdesk_x", "duplicate")
NO_ROLE = "Access Denied: File gs://b/f: Permission 'storage.buckets.get' denied"
ELSEWHERE = "Cannot read and write in different locations: source: US, destination: EU"


def job(error=None):
    """A load job that has ended."""
    status = {"state": "DONE"} | ({"errorResult": error, "errors": [error]} if error else {})
    reference = {"projectId": "my-project-1", "jobId": "j", "location": "EU"}
    return 200, {"jobReference": reference, "status": status, "configuration": {"load": {}}}


def staged(rows):
    reference = {"projectId": "my-project-1", "datasetId": "ops", "tableId": "t"}
    return 200, {"tableReference": reference, "numRows": str(rows)}


def rules(**changed):
    """Google's answers: everything is allowed and the staging table has two rows."""
    usual = {
        "dataset": (f"GET {API}/datasets/ops", [(200, DATASET)]),
        "make": (f"POST {API}/datasets/ops/tables", [staged(0)]),
        "start": (START, [job()]),
        "look": (f"GET {API}/jobs/.*", [job()]),
        "rows": (f"GET {API}/datasets/ops/tables/.*", [staged(2)]),
    }
    return {rule: changed.get(name, answers) for name, (rule, answers) in usual.items()}


@pytest.fixture
def part(tmp_path):
    """A month of two tickets, as a bucket has it: its files are read from this machine."""
    lake = open_lake(write_lake(tmp_path, [line("T1", "2023-01-01 10:00:00"), line("T2", "2023-01-02 10:00:00")]))  # fmt: skip

    class InBucket(Partition):
        uris = ("gs://ops-tickets/raw/2023/01/2023-01-01.csv",)

    return InBucket(lake.manifests()["2023-01"], lake.store, tmp_path)


def jobs_at(google) -> Jobs:
    return Jobs("my-project-1", "ops", GoogleConnection(endpoints=f"bigquery={google.url}"), {})


def started(google) -> list[tuple[str, str]]:
    """The number and the way of each load job that was to be started."""
    found = []
    for request in google.requests(START):
        text = request.body if isinstance(request.body, str) else json.dumps(request.body)
        number = text.split('"jobId": "', 1)[1].split('"', 1)[0].rsplit("_", 1)[1]
        found.append((number, "file" if "/upload" in request.path else "bucket"))
    return found


@pytest.mark.parametrize(
    ("answers", "numbers"),
    [
        pytest.param({"rows": [staged(0), staged(2)]}, ["1", "2"], id="it failed, or its table is gone: it costs its number"),
        pytest.param({"rows": [staged(2)]}, ["1"], id="its rows are there"),
    ],
)  # fmt: skip
def test_a_job_that_another_account_started(part, answers, numbers):
    """Who may start jobs may look at their own ones alone: 409, and then 403."""
    with google_answers(rules(start=[TAKEN, job()], look=[NOT_YOURS, job()], **answers)) as google:
        name, why_from_here = load_jobs.load(jobs_at(google), part)
        assert [number for number, _ in started(google)] == numbers
    assert (name, why_from_here) == (load_jobs.staging_name(part), "")


def test_the_place_of_the_dataset_is_in_the_id(part):
    """A job of a dataset that was removed and made again elsewhere is not found there."""
    with google_answers(rules()) as google:
        load_jobs.load(jobs_at(google), part)
        (request,) = google.requests(START)
    reference = request.body["jobReference"]
    assert reference["location"] == "EU"
    assert reference["jobId"] == f"opsdesk_ops_eu_2023_01_{part.fingerprint[:16]}_1"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param({"reason": "invalid", "message": ELSEWHERE}, "different locations: source: US, destination: EU", id="another place"),
        pytest.param({"reason": "accessDenied", "message": NO_ROLE}, "storage.buckets.get", id="no right on the bucket"),
        pytest.param({"reason": "notFound", "message": "Not found: URI gs://b/f"}, "Not found: URI", id="no such object for it"),
    ],
)  # fmt: skip
def test_a_bucket_that_bigquery_cannot_read_is_read_from_here_and_that_is_said(part, error, says):
    with google_answers(rules(start=[job(error), job()], look=[job(error), job()])) as google:
        loader = BigQueryLoader(jobs_at(google))
        loader._stage(part)
        assert started(google) == [("1", "bucket"), ("2", "file")]
    said = loader.remarks()
    assert "so 1 of its partitions went through this machine" in said
    assert says in said


def test_a_file_that_does_not_fit_is_not_sent_again(part):
    error = {"reason": "invalid", "message": "Could not parse 'x' as FLOAT64"}
    with (
        google_answers(rules(start=[job(error)], look=[job(error)])) as google,
        pytest.raises(OpsdeskError, match="2023-01: a file of the lake does not fit the schema"),
    ):
        load_jobs.load(jobs_at(google), part)
    assert started(google) == [("1", "bucket")]


def test_a_lake_in_another_place_goes_through_this_machine(tmp_path, cloud, monkeypatch):
    """The whole way, on emulators that know places: the rows are right, and the result says it."""
    keep_small(monkeypatch)
    reach = GoogleConnection(endpoints=cloud.endpoints(), location="europe-west3")
    bucket = f"{cloud.bucket}-us"
    cloud.emulators.make_bucket(bucket, "US-EAST1")
    cloud_ingest(tmp_path, write_export(tmp_path, *OLD), f"gs://{bucket}", cloud.endpoints())
    done = backfill(f"gs://{bucket}", cloud.warehouse, "", "", RUN_AT, reach)
    assert "BigQuery could not read the bucket by itself, so 2 of its partitions" in done.engine
    assert "source: US-EAST1, destination: EUROPE-WEST3" in done.engine
    assert done.reconciliation["rows"].tolist() == [20] * 4
