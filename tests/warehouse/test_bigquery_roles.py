"""BigQuery as the documented roles let it answer: a server says 403 and 404 as Google does."""

import pytest

from google_answers import denied, google_answers, refusal
from opsdesk.config.locations import read_warehouse
from opsdesk.google.connection import GoogleConnection
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.state import read_state
from steps import open_warehouse

PLACE = "bigquery:my-project-1.ops"
DATASET = "GET /bigquery/v2/projects/my-project-1/datasets/ops"
MISSING = refusal(404, "Not found: Dataset my-project-1:ops", "notFound")
HIDDEN = denied("Table my-project-1:ops._runs: Permission bigquery.tables.get denied on table (or it may not exist).")  # fmt: skip


def test_what_is_cached_is_measured_all_the_same():
    """Google's answer to a dry run of a cached query is 0 bytes."""
    reference = {"projectId": "my-project-1", "jobId": "j"}
    ended = {"status": {"state": "DONE"}, "configuration": {"query": {}}}
    answer = 200, {"jobReference": reference, **ended}
    dataset = 200, {"datasetReference": {"projectId": "my-project-1", "datasetId": "ops"}}
    with google_answers({DATASET: [dataset], "POST .*/jobs": [answer]}) as google:
        reach = GoogleConnection(endpoints=f"bigquery={google.url}")
        Jobs("my-project-1", "ops", reach, {}).start("SELECT 1", dry_run=True)
        (request,) = google.requests("POST .*/jobs")
    assert request.body["configuration"]["dryRun"] is True
    assert request.body["configuration"]["query"]["useQueryCache"] is False


@pytest.fixture
def reach():
    """Google to roles/bigquery.user before the first run: there is no dataset, and no right on its tables."""
    with google_answers({DATASET: [MISSING], f"{DATASET}/tables/.*": [HIDDEN]}) as google:
        yield GoogleConnection(endpoints=f"bigquery={google.url}")


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        pytest.param(lambda reach: open_warehouse(PLACE, reach).exists(), False, id="the dry run"),
        pytest.param(lambda reach: open_warehouse(PLACE, reach).linked_lake(), None, id="the lake"),
        pytest.param(lambda reach: read_state(read_warehouse(PLACE), reach, 1), ([], None), id="status"),
    ],
)  # fmt: skip
def test_before_the_first_run_nothing_is_there_and_nothing_is_refused(reach, ask, answer):
    assert ask(reach) == answer
