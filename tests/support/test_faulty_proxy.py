"""The faulty proxy breaks what it is asked to, lets the rest through unchanged, and writes down
what was asked.
"""

import gzip
import io
import json
import os
import urllib.error
import urllib.request
from http.client import IncompleteRead, RemoteDisconnected
from time import monotonic

import pytest
from google.cloud import bigquery
from google.cloud.storage.retry import DEFAULT_RETRY

from emulated import Cloud
from faulty_proxy import FAULTS, Proxy, Request, faulty_proxy

BIG, CHUNK = 9 << 20, 4 << 20  # more than 8 MB: such uploads are resumable


def objects(cloud: Cloud) -> list[str]:
    return sorted(blob.name for blob in cloud.storage_client().list_blobs(cloud.bucket))


def post(proxy: Proxy, cloud: Cloud, name: str) -> int:
    """Uploads an object without any client that would try again; the HTTP status."""
    url = f"{proxy.url}/upload/storage/v1/b/{cloud.bucket}/o?uploadType=media&name={name}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, b"x", method="POST"), timeout=5
        ) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as refused:
        reason = json.loads(refused.read())["error"]["errors"][0]["reason"]
        assert reason in ("rateLimitExceeded", "backendError")
        return refused.code


@pytest.mark.parametrize(
    ("fault", "outcome", "stored"),
    [
        pytest.param("429", 429, False, id="429"),
        pytest.param("503", 503, False, id="503"),
        pytest.param("reset", ConnectionResetError, False, id="reset before it is passed on"),
        pytest.param("timeout", RemoteDisconnected, False, id="silence, then the end"),
        pytest.param("truncated", IncompleteRead, True, id="answer cut"),
        pytest.param("answer lost", ConnectionResetError, True, id="done, and not answered"),
    ],
)
def test_a_planned_fault(
    cloud: Cloud, fault: str, outcome: int | type[Exception], stored: bool
) -> None:
    with faulty_proxy(cloud.emulators.storage_url) as proxy:
        proxy.plan(fault, lambda request: request.query.get("name") == "a.csv")
        assert post(proxy, cloud, "before") == 200
        if isinstance(outcome, int):
            assert post(proxy, cloud, "a.csv") == outcome
        else:
            with pytest.raises((outcome, urllib.error.URLError)) as broken:
                post(proxy, cloud, "a.csv")
            assert isinstance(getattr(broken.value, "reason", broken.value), outcome)
        assert objects(cloud) == (["a.csv", "before"] if stored else ["before"])
        assert post(proxy, cloud, "a.csv") == 200  # once only
        assert [request.fault for request in proxy.requests] == [None, fault, None]
        assert [request.status for request in proxy.requests] == [200, 200 if stored else None, 200]


def test_a_timeout_hangs_first(cloud: Cloud) -> None:
    with faulty_proxy(cloud.emulators.storage_url, hang=0.4) as proxy:
        proxy.plan("timeout", lambda request: True)
        started = monotonic()
        with pytest.raises(RemoteDisconnected):
            post(proxy, cloud, "a.csv")
        assert 0.4 <= monotonic() - started < 3


def test_chance_is_seeded_and_does_not_depend_on_the_order() -> None:
    def faults(seed: int, paths: list[str]) -> dict[str, list[str | None]]:
        proxy = Proxy("", "", 0.2, seed, FAULTS, 0)
        for path in paths:
            proxy.judge(Request("GET", path, {}, None, 0))
        return {path: [r.fault for r in proxy.requests if r.path == path] for path in set(paths)}

    paths = [f"/{number % 50}" for number in range(2000)]
    assert faults(1, paths) == faults(1, paths[::-1]) != faults(2, paths)
    met = [fault for each in faults(1, paths).values() for fault in each if fault]
    assert 320 < len(met) < 480 and set(met) == set(FAULTS)


def test_clients_come_through_a_fifth_of_faults(cloud: Cloud) -> None:
    patient = DEFAULT_RETRY.with_delay(initial=0.01, maximum=0.05)
    with faulty_proxy(cloud.emulators.storage_url, probability=0.2, seed=3, hang=0.05) as proxy:
        bucket = cloud.storage_client(proxy.url).bucket(cloud.bucket)
        for number in range(60):
            bucket.blob(f"{number:02}").upload_from_string(str(number), retry=patient)
        assert [
            bucket.blob(f"{number:02}").download_as_text(retry=patient) for number in range(60)
        ] == [str(n) for n in range(60)]
    assert (
        len({request.fault for request in proxy.requests}) > 3
    )  # the bucket's name is random, and so are the faults


def test_large_uploads_stay_on_the_proxy(cloud: Cloud) -> None:
    content = os.urandom(BIG)
    with faulty_proxy(cloud.emulators.storage_url) as proxy:
        blob = cloud.storage_client(proxy.url).bucket(cloud.bucket).blob("big", chunk_size=CHUNK)
        blob.upload_from_file(io.BytesIO(content), size=BIG)
        assert blob.media_link.startswith(proxy.url) and blob.self_link.startswith(proxy.url)
        blob.reload()
        assert blob.download_as_bytes() == content
        sent = [request.size for request in proxy.asked("PUT", "^/upload/")]
        assert sum(sent) == BIG and len(sent) > 1
        (start,) = proxy.asked("POST", "^/upload/")
        assert (start.query["uploadType"], start.body) == ("resumable", {"name": "big"})
        assert proxy.asked("GET", "^/download/") or proxy.asked("GET", "/o/big$")


def test_multipart_uploads_tell_their_json(cloud: Cloud) -> None:
    with faulty_proxy(cloud.emulators.storage_url) as proxy:
        blob = cloud.storage_client(proxy.url).bucket(cloud.bucket).blob("a.json")
        blob.metadata = {"crc": "x"}
        blob.upload_from_string(
            '{"mine": 1}', content_type="application/json", if_generation_match=0
        )
        (sent,) = proxy.asked("POST", "^/upload/")
        assert {
            "name": "a.json",
            "metadata": {"crc": "x"},
        }.items() <= sent.body.items() and sent.query["ifGenerationMatch"] == "0"
        assert blob.download_as_text() == '{"mine": 1}'


def test_content_is_not_rewritten(cloud: Cloud) -> None:
    with faulty_proxy(cloud.emulators.storage_url) as proxy:
        bucket, text = (
            cloud.storage_client(proxy.url).bucket(cloud.bucket),
            json.dumps({"see": cloud.emulators.storage_url}),
        )
        bucket.blob("a.json").upload_from_string(text, content_type="application/json")
        assert bucket.blob("a.json").download_as_text() == text
        packed = bucket.blob("b.json")
        packed.content_encoding = "gzip"
        packed.upload_from_string(gzip.compress(text.encode()), content_type="application/json")
        assert packed.download_as_bytes(raw_download=True)[:2] == b"\x1f\x8b"
        assert packed.download_as_text() == text


def test_bigquery_loads_and_queries(cloud: Cloud) -> None:
    with faulty_proxy(cloud.emulators.bigquery_url) as proxy:
        client = cloud.bigquery_client(proxy.url)
        client.create_dataset(cloud.dataset)
        config = bigquery.LoadJobConfig(
            source_format="CSV", schema=[bigquery.SchemaField("n", "INT64")]
        )
        numbers = "\n".join(map(str, range(200_000)))
        client.load_table_from_file(
            io.StringIO(numbers),
            f"{cloud.dataset}.t",
            job_config=config,
            job_id=f"j-{cloud.dataset}",
        ).result()
        assert [
            tuple(row) for row in client.query(f"SELECT COUNT(*) FROM {cloud.dataset}.t").result()
        ] == [(200_000,)]
        assert proxy.asked("PUT", "^/upload/bigquery/")[-1].status == 200
        (load,) = [
            r.body for r in proxy.asked("POST", "^/upload/") if "load" in r.body["configuration"]
        ]
        assert load["jobReference"]["jobId"] == f"j-{cloud.dataset}"
        (query,) = [
            r.body["configuration"]["query"]
            for r in proxy.asked("POST", "/jobs$")
            if "query" in r.body["configuration"]
        ]
        assert query["query"].startswith("SELECT COUNT(*)")


def test_a_job_whose_answer_was_lost_has_run(cloud: Cloud) -> None:
    with faulty_proxy(cloud.emulators.bigquery_url) as proxy:
        client = cloud.bigquery_client(proxy.url)
        client.create_dataset(cloud.dataset)
        client.query(f"CREATE TABLE {cloud.dataset}.t (n INT64)").result()
        proxy.plan("answer lost", lambda request: "INSERT" in json.dumps(request.body))
        client.query(
            f"INSERT INTO {cloud.dataset}.t VALUES (1)"
        ).result()  # the client finds its job again by its id
        assert [
            tuple(row) for row in client.query(f"SELECT COUNT(*) FROM {cloud.dataset}.t").result()
        ] == [(1,)]
        inserts = [
            request
            for request in proxy.asked("POST", "/jobs$")
            if "INSERT" in json.dumps(request.body)
        ]
        assert [request.status for request in inserts] == [200, 409]
