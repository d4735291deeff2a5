"""What Google's clients send for us, against Google's own description of its APIs, and each text against its SQL analyzer."""

from collections import Counter

import pytest

import googlesql
from bigquery_runs import keep_small
from discovery import Api, api
from emulated import Cloud
from faulty_proxy import Request
from opsdesk.catalogue.tables import results
from recorded_runs import at_an_agreeing_bigquery, on_emulators

pytestmark = pytest.mark.xdist_group("googlesql")
BIGQUERY = "/bigquery/v2/projects/my-project-1"
BUCKET = "/storage/v1/b/b/o"
TO = {"projectId": "p", "datasetId": "d", "tableId": "t"}
FEW_KINDS = "BEGIN TRUNCATE INSERT TRUNCATE INSERT TRUNCATE INSERT TRUNCATE INSERT INSERT COMMIT"
ALL_KINDS = " ".join(["BEGIN", *["TRUNCATE INSERT"] * len(results()), "INSERT COMMIT"])


def asked(**others) -> dict:
    """The body of a query job."""
    return {"configuration": {"query": {"query": "SELECT 1"} | others}}


def loaded(**others) -> dict:
    """The body of a load job."""
    return {
        "configuration": {"load": {"sourceUris": ["gs://b/f"], "destinationTable": TO} | others}
    }


@pytest.fixture(scope="module")
def recorded(emulators, tmp_path_factory) -> list[Request]:
    emulators.make_bucket("recorded")
    with pytest.MonkeyPatch.context() as patch:
        keep_small(patch)
        cloud = Cloud(emulators, "recorded", "recorded")
        return on_emulators(cloud, tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="module")
def agreed(tmp_path_factory) -> list[Request]:
    return at_an_agreeing_bigquery(tmp_path_factory.mktemp("agreed"))


def described(request: Request) -> Api:
    return api("bigquery", "v2") if "/bigquery/" in request.path else api("storage", "v1")


def called(requests: list[Request]) -> set[str]:
    return {described(request).method_id(request) for request in requests}


# requests


def test_every_request_is_one_that_google_describes(recorded, agreed):
    found = [*recorded, *agreed]
    wrong = Counter(text for one in found for text in described(one).problems(one))
    assert wrong == {}
    assert len(found) > 400
    assert [one.query["uploadType"] for one in found if one.method == "PUT"] == ["resumable"]
    # Google's client asks for the bucket by itself, in the background.
    assert called(found) - {"storage.buckets.get"} == {
        "storage.objects.delete", "storage.objects.get", "storage.objects.insert", "storage.objects.list",
        "bigquery.datasets.get", "bigquery.datasets.insert", "bigquery.jobs.get", "bigquery.jobs.getQueryResults",
        "bigquery.jobs.insert", "bigquery.tabledata.list", "bigquery.tables.delete", "bigquery.tables.get",
        "bigquery.tables.insert", "bigquery.tables.list", "bigquery.tables.patch",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(asked(dryrun=True), "there is no Job.{q}.dryrun", id="an unknown field"),
        pytest.param(asked(useQueryCache="perhaps"), "Job.{q}.useQueryCache is not of type boolean: 'perhaps'", id="another type"),
        pytest.param({"configuration": {"labels": {"a": 7}}}, "Job.configuration.labels.a is not of type string: 7", id="a number in a map"),
        pytest.param(asked(maximumBytesBilled="1e9"), "Job.{q}.maximumBytesBilled is not of type int64: '1e9'", id="a number of another form"),
        pytest.param({"configuration": {"query": {}}}, "Job.{q}.query is missing", id="nothing asked"),
        pytest.param(asked(writeDisposition="WRITE_OVER"), "Job.{q}.writeDisposition has no value 'WRITE_OVER'", id="a value without a name"),
        pytest.param(loaded(sourceColumnMatch="ANY"), "Job.{l}.sourceColumnMatch is none of {match}: 'ANY'", id="an unknown value"),
        pytest.param(loaded(sourceUris="gs://b/f"), "Job.{l}.sourceUris is not a list: 'gs://b/f'", id="one in place of a list"),
        pytest.param(["configuration"], "Job is not an object: ['configuration']", id="a list in place of an object"),
        pytest.param(None, "the body is not JSON of Job", id="no JSON"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_seen(body, says):
    request = Request("POST", f"{BIGQUERY}/jobs", {"prettyPrint": "false"}, body, 10)
    match = "SOURCE_COLUMN_MATCH_UNSPECIFIED, POSITION, NAME"
    expected = says.format(q="configuration.query", l="configuration.load", match=match)
    assert api("bigquery", "v2").problems(request) == [f"bigquery.jobs.insert: {expected}"]


@pytest.mark.parametrize(
    ("method", "path", "query", "says"),
    [
        pytest.param("GET", f"{BIGQUERY}/dataset/ops", {}, "no method is called by GET", id="an unknown path"),
        pytest.param("PUT", f"{BIGQUERY}/jobs", {}, "no method is called by PUT", id="another verb"),
        pytest.param("PUT", f"/upload{BUCKET}", {}, "a piece of no upload", id="a piece without its upload"),
        pytest.param("GET", BUCKET, {"prefx": "raw/"}, "there is no parameter prefx", id="an unknown parameter"),
        pytest.param("GET", BUCKET, {"maxResults": "few"}, "maxResults is not of type uint32: 'few'", id="another type"),
        pytest.param("GET", BUCKET, {"projection": "none"}, "projection is none of full, noAcl: 'none'", id="an unknown value"),
        pytest.param("GET", BUCKET, {"fields": "items(name,bytes)"}, "there is no bytes in Objects", id="an unknown field of the answer"),
        pytest.param("GET", BUCKET, {"fields": "items/owner/id"}, "there is no id in Objects", id="an unknown field in a field"),
        pytest.param("GET", BUCKET, {"fields": "items(name),next"}, "there is no next in Objects", id="an unknown field after others"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_seen(method, path, query, says):
    request = Request(method, path, query, None, 0)
    (found,) = described(request).problems(request)
    assert says in found


# texts


def jobs_of(requests: list[Request]) -> list[dict]:
    bodies = [request.body for request in requests if isinstance(request.body, dict)]
    found = [body["configuration"] for body in bodies if "configuration" in body]
    return [one["query"] for one in found if "query" in one]


def schemas_of(requests: list[Request]) -> dict[str, dict[str, str]]:
    """The tables as they were made, by the names that the texts use."""
    bodies = [one.body for one in requests if isinstance(one.body, dict)]
    made = [body for body in bodies if "schema" in body and "tableReference" in body]
    found = {}
    for body in made:
        place = body["tableReference"]
        columns = {field["name"]: field["type"] for field in body["schema"]["fields"]}
        found[f"{place['projectId']}.{place['datasetId']}.{place['tableId']}"] = columns
        found[place["tableId"]] = columns  # in the default dataset
    return found


def staged_by_spark() -> dict[str, dict[str, str]]:
    """The tables of the second publication, which another engine has made."""
    return {
        f"my-project-1.ops._spark_{name}": columns for name, columns in googlesql.schemas().items()
    }


def test_google_accepts_every_text_with_the_tables_and_parameters_that_were_sent(recorded, agreed):
    kinds = set()
    for requests in (recorded, agreed):
        google = googlesql.Analyzer(schemas_of(requests) | staged_by_spark())
        for job in jobs_of(requests):
            given = job.get("queryParameters", ())
            types = {one["name"]: one["parameterType"]["type"] for one in given}
            kinds.add(" ".join(google.kinds(job["query"], types)))
    assert kinds == {
        "QUERY",
        "INSERT",
        "ASSERT BEGIN DELETE DELETE INSERT INSERT COMMIT",  # a month, the agents
        "BEGIN DELETE DELETE COMMIT",  # one that the lake has no longer
        "BEGIN DELETE INSERT COMMIT",  # the lake
        FEW_KINDS,
        ALL_KINDS,
    }


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param("BEGIN TRANSACTION; DELETE FROM t; COMMIT TRANSACTION;", "DELETE must have a WHERE clause", id="a DELETE without WHERE"),
        pytest.param("BEGIN; INSERT INTO t (c) VALUES (@rows); COMMIT;", "Column c is not present in table t", id="an unknown column"),
        pytest.param("INSERT INTO t (a) VALUES (@rows)", "INT64 which cannot be inserted into column a", id="a value of another type"),
        pytest.param("BEGIN TRANSACTION; TRUNCATE TABLE u; COMMIT TRANSACTION;", "Table not found: u", id="an unknown table"),
        pytest.param("ASSERT (SELECT COUNT(*) FROM t) AS 'rows'", "INT64", id="an ASSERT of a number"),
        pytest.param("INSERT INTO t (a) VALUES (@first)", "parameter 'first' not found", id="a parameter that is not given"),
        pytest.param("BEGIN TRANSACTION; CREATE TABLE u (a INT64); COMMIT;", "Statement not supported", id="a table made in a transaction"),
        pytest.param("BEGIN TRANSACTION; DELETE FROM t WHERE TRUE COMMIT TRANSACTION;", "Syntax error", id="a missing semicolon"),
    ],
)  # fmt: skip
def test_a_wrong_script_is_seen(script, says):
    google = googlesql.Analyzer({"t": {"a": "STRING"}})
    with pytest.raises(Exception, match=says):
        google.kinds(script, {"rows": "INT64"})
