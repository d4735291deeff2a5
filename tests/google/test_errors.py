"""What Google's answers become: one sentence with the resource, the cause, and what to type."""

import json

import pytest
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.resumable_media import DataCorruption

from opsdesk.errors import OpsdeskError
from opsdesk.google.errors import translate_errors

LOGIN = "type `gcloud auth application-default login`."
DENIED = "me@x.com does not have storage.objects.list access to the Google Cloud Storage bucket."
IMPERSONATION = {
    "error": {
        "code": 403,
        "message": "Permission 'iam.serviceAccounts.getAccessToken' denied on resource",
    }
}
CASES = [
    pytest.param(auth.DefaultCredentialsError("Your default credentials were not found. To set up"),
                 f"there is no login to Google Cloud on this machine: {LOGIN}", id="no login at all"),
    pytest.param(auth.DefaultCredentialsError("File /x/adc.json was not found."),
                 "cannot be used (File /x/adc.json was not found)", id="the login's file is gone"),
    pytest.param(auth.RefreshError("invalid_grant: Bad Request", {"error": "invalid_grant"}),
                 f"has expired or was withdrawn (invalid_grant: Bad Request): {LOGIN}", id="expired login"),
    pytest.param(auth.RefreshError("Unable to acquire impersonated credentials", json.dumps(IMPERSONATION, indent=1)),
                 "needs roles/iam.serviceAccountTokenCreator on the service account", id="may not impersonate"),
    pytest.param(api.Unauthorized("GET https://x/y?upload_id=abc: Invalid Credentials"),
                 f"Google does not accept the login, it has expired or was withdrawn (Invalid Credentials): {LOGIN}", id="401"),
    pytest.param(api.Forbidden(f"GET https://x/y: opsdesk@p.iam.gserviceaccount.com, {DENIED}"),
                 "the permission storage.objects.list is missing; grant roles/storage.objectUser on the bucket", id="403 of storage"),
    pytest.param(api.Forbidden("Access Denied: Project p: User does not have bigquery.jobs.create permission in project p."),
                 "grant roles/bigquery.jobUser on the project to the account", id="403 of BigQuery"),
    pytest.param(api.Forbidden("Access Denied: Job p:US.x: Permission bigquery.jobs.get denied on job p:US.x"),
                 "grant roles/bigquery.resourceViewer on the project", id="403 of a job of others"),
    pytest.param(api.Forbidden("Access Denied: Table p:d.t: Permission bigquery.tables.getData denied on table p:d.t"),
                 "grant roles/bigquery.dataViewer on the dataset", id="403 of a table"),
    pytest.param(api.Forbidden("Access Denied: Table p:d.t: User does not have permission to query table p:d.t, or perhaps it does not exist."),
                 "the permission bigquery.tables.getData is missing; grant roles/bigquery.dataViewer on the dataset", id="403 of a query"),
    pytest.param(api.Forbidden("Exceeded rate limits", errors=[{"reason": "rateLimitExceeded"}]),
                 "a limit of Google Cloud is reached (Exceeded rate limits): run it again later", id="403 that is a quota"),
    pytest.param(api.Forbidden("BigQuery API has not been used in project 1 before or it is disabled."),
                 "type `gcloud services enable", id="the service is off"),
    pytest.param(api.Forbidden("The billing account for the owning project is disabled in state absent"),
                 "the project has no billing account", id="no billing"),
    pytest.param(api.BadRequest("Query exceeded limit for bytes billed: 10. 20 or higher required."),
                 "more than `maximum_bytes_billed` allows", id="over the bound"),
    pytest.param(api.BadRequest("Transaction is aborted due to concurrent update against table p:d.tickets_raw."),
                 "another run writes the same tables and was first", id="two runs at once"),
    pytest.param(api.NotFound("Not found: Dataset p:d"), "Google finds no such thing (Not found: Dataset p:d)", id="404"),
    pytest.param(api.RetryError("Timeout of 5s", api.ServiceUnavailable("busy")),
                 "when asked again (busy): run it again later.", id="503 until the patience ended"),
    pytest.param(requests.ConnectionError("HTTPConnectionPool(host='127.0.0.1', port=1): refused"),
                 "127.0.0.1:1 cannot be reached", id="no network"),
    pytest.param(auth.TransportError(requests.ConnectionError("host='oauth2.googleapis.com', port=443")),
                 "oauth2.googleapis.com:443 cannot be reached", id="no network for the login"),
    pytest.param(requests.ReadTimeout("slow"), "did not answer in time", id="no answer"),
    pytest.param(TimeoutError(), "did not answer in time", id="a job that did not end"),
    pytest.param(DataCorruption(None, "Checksum mismatch"), "its checksum differs", id="damaged on the way"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "sentence"), CASES)
def test_one_sentence(error, sentence):
    with pytest.raises(OpsdeskError) as caught, translate_errors("read the lake gs://b/p"):
        raise error
    assert str(caught.value).startswith("Cannot read the lake gs://b/p: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "upload_id" not in str(caught.value)


def test_our_own_errors_pass():
    with pytest.raises(ZeroDivisionError), translate_errors("read"):
        1 / 0  # noqa: B018
