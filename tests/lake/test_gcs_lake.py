"""The lake in a bucket, on an emulator: the same bytes as in a folder, and no write too many."""

import gzip
import io
import time
import zipfile

import pytest

from cloud_lakes import bucket_files, bucket_lake, cloud_ingest, folder_files, generations
from exports import line, run_ingest, write_export
from faulty_proxy import faulty_proxy
from opsdesk import project
from opsdesk.checksums import Checksum
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.google import bucket as google_bucket
from opsdesk.google.connection import GoogleConnection
from opsdesk.ingest.source_files import find_files
from opsdesk.runner.status import read_status, status_lines
from steps import backfill, open_warehouse

DAYS = ("2023-01-31 23:59:59", "2023-02-01 00:00:00", "2023-02-01 12:00:00", "2023-03-05 08:00:00")
TICKETS = [line(f"T{i}", day) for i, day in enumerate(DAYS)]
BOSTON = "lib/opsdesk/data/boston311_2011.csv.gz"
SAMPLE = "lib/opsdesk/data/sample/ops_tickets.csv"
AGENTS = "lib/opsdesk/data/sample/agents_master.csv"
RUN_AT = "2024-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("export", "mapping", "agents"),
    [
        pytest.param(BOSTON, "boston311", "", id="Boston"),
        pytest.param(SAMPLE, "ops_tickets", AGENTS, id="the sample"),
    ],
)
def test_the_same_bytes_as_in_a_folder(tmp_path, cloud, export, mapping, agents):
    lake = f"{cloud.lake}/any/where"
    first = cloud_ingest(tmp_path, export, lake, cloud.endpoints(), mapping, agents=agents)
    assert bucket_files(lake, cloud.endpoints()) == folder_files(
        tmp_path / "f", export, mapping, agents=agents
    )
    before = generations(lake, cloud.endpoints())
    again = cloud_ingest(tmp_path, export, lake, cloud.endpoints(), mapping, agents=agents)
    assert (first.unchanged, again.unchanged) == (False, True)
    assert len(again.rejects) == sum(again.record["rejected"].values())
    assert generations(lake, cloud.endpoints()) == before


def test_a_changed_day_is_one_day_its_manifest_rejects_and_record(tmp_path, cloud):
    agents = tmp_path / "agents.csv"
    agents.write_text("agent_id\nA1\n")
    cloud_ingest(
        tmp_path,
        write_export(tmp_path, *TICKETS),
        cloud.lake,
        cloud.endpoints(),
        agents=str(agents),
    )
    changed = write_export(tmp_path, *TICKETS[:3], line("T3", DAYS[3], category="new"))
    with faulty_proxy(cloud.emulators.storage_url) as proxy:
        cloud_ingest(tmp_path, changed, cloud.lake, cloud.endpoints(proxy.url), agents=str(agents))
        sent = [
            (request.body["name"], request.query["ifGenerationMatch"])
            for request in proxy.asked("POST", "^/upload/")
        ]
        claims = [
            request
            for request in proxy.asked("POST", "^/upload/")
            if request.body["name"] == "_ingest.json"
        ]
    names = [name for name, _ in sent]
    assert names[:3] == ["_ingest.json", "raw/2023/03/2023-03-05.csv", "raw/2023/03/_manifest.json"]
    assert [name.partition("/")[0] for name in names[3:]] == ["rejects", "_ingest.json"]
    assert all(int(generation) > 0 for name, generation in sent if not name.startswith("rejects"))
    assert all(request.body["metadata"]["opsdesk-writer"] for request in claims)
    assert bucket_files(cloud.lake, cloud.endpoints()) == folder_files(
        tmp_path / "f", changed, agents=str(agents)
    )


def test_every_write_and_delete_says_what_it_replaces_and_what_it_must_be(tmp_path, cloud):
    with faulty_proxy(cloud.emulators.storage_url) as proxy:
        cloud_ingest(
            tmp_path, write_export(tmp_path, *TICKETS), cloud.lake, cloud.endpoints(proxy.url)
        )
        there = generations(cloud.lake, cloud.endpoints())
        uploads = proxy.asked("POST", "^/upload/")
        cloud_ingest(
            tmp_path, write_export(tmp_path, *TICKETS[1:]), cloud.lake, cloud.endpoints(proxy.url)
        )
        deleted = {
            request.path.rsplit("/", 1)[1].replace("%2F", "/"): request.query
            for request in proxy.asked("DELETE", "")
        }
    assert [request.query["ifGenerationMatch"] for request in uploads[:-1]] == ["0"] * (
        len(uploads) - 1
    )
    assert all(request.body["crc32c"] for request in uploads)
    gone = ["raw/2023/01/2023-01-31.csv", "raw/2023/01/_manifest.json"]
    assert set(gone) < deleted.keys()
    assert all(query["ifGenerationMatch"] == str(there[name]) for name, query in deleted.items())


def test_a_delta_replaces_and_joins(tmp_path, cloud):
    first = write_export(tmp_path, *TICKETS)
    delta = write_export(
        tmp_path,
        line("T2", DAYS[2], category="new"),
        line("T0", "2023-03-05 07:00:00"),
        name="delta.csv",
    )
    for export, kind in ((first, "full"), (delta, "delta")):
        run_ingest(tmp_path, export, export_kind=kind)
        cloud_ingest(tmp_path, export, cloud.lake, cloud.endpoints(), export_kind=kind)
    raw = bucket_files(cloud.lake, cloud.endpoints())
    assert raw == {name: (tmp_path / "lake" / name).read_bytes() for name in raw}
    assert "raw/2023/01/2023-01-31.csv" not in raw
    assert b"T0" in raw["raw/2023/03/2023-03-05.csv"]


def test_backfill_loads_what_the_bucket_holds(tmp_path, cloud):
    endpoints, warehouse = cloud.endpoints(), f"duckdb:{tmp_path}/w.duckdb"
    cloud_ingest(tmp_path, write_export(tmp_path, *TICKETS), cloud.lake, endpoints)
    for actions in (["loaded"] * 3, ["skipped"] * 3):
        result = backfill(
            cloud.lake, warehouse, "", "", RUN_AT, GoogleConnection(endpoints=endpoints)
        )
        assert result.months["action"].tolist() == actions
    rows = open_warehouse(warehouse).query(
        "SELECT ticket_id, _source_file FROM tickets_raw ORDER BY 1"
    )
    assert rows.iloc[0].tolist() == ["T0", "raw/2023/01/2023-01-31.csv"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("exports/a.csv", ["a.csv"], id="one file"),
        pytest.param("exports/*", ["a.csv", "b.csv.gz"], id="* ends at a slash"),
        pytest.param("exports/[b].csv*", ["b.csv.gz"], id="a set of letters"),
        pytest.param("packed/d.zip", ["d.zip"], id="another form"),
        pytest.param("ex*/**/?.csv", ["a.csv", "c.csv"], id="** does not"),
    ],
)
def test_exports_in_a_bucket(tmp_path, cloud, pattern, expected):
    bucket = cloud.storage_client().bucket(cloud.bucket)
    contents = {"a.csv": TICKETS[:1], "b.csv.gz": TICKETS[1:2], "old/c.csv": TICKETS[2:3]}
    for name, lines in contents.items():
        content = write_export(tmp_path, *lines).read_bytes()
        bucket.blob(f"exports/{name}").upload_from_file(
            io.BytesIO(gzip.compress(content) if "gz" in name else content)
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(write_export(tmp_path, *TICKETS[3:]), "d.csv")
    bucket.blob("packed/d.zip").upload_from_file(packed, rewind=True)
    found = find_files(f"{cloud.lake}/{pattern}", GoogleConnection(endpoints=cloud.endpoints()))
    assert [file.name for file in found] == expected
    result = cloud_ingest(
        tmp_path, f"{cloud.lake}/{pattern}", f"{cloud.lake}/lake", cloud.endpoints()
    )
    assert result.record["kept"] == len(expected)
    assert [name for name, _ in result.record["signature"]["files"]] == expected


@pytest.mark.parametrize(
    ("export", "says"),
    [
        pytest.param("no.csv", "There is no file gs://BUCKET/no.csv; set `export`", id="not there"),
        pytest.param("no*.csv", "No file matches the pattern gs://BUCKET/no", id="no match"),
        pytest.param("exports", r"gs://BUCKET/exports is a folder: name a file in it", id="a folder"),
        pytest.param("exports/x.xlsx", "gs://BUCKET/exports/x.xlsx .* a PDF", id="another kind"),
        pytest.param("exports/empty.csv", "gs://BUCKET/exports/empty.csv is empty", id="empty"),
        pytest.param("exports/other.csv", "gs://BUCKET/exports/other.csv has no column 'ticket_id'", id="no such column"),
    ],
)  # fmt: skip
def test_invalid_exports_in_a_bucket(tmp_path, cloud, export, says):
    bucket = cloud.storage_client().bucket(cloud.bucket)
    for name, content in {
        "x.xlsx": b"%PDF-1.7",
        "empty.csv": b"",
        "other.csv": b"a,b\n1,2\n",
    }.items():
        bucket.blob(f"exports/{name}").upload_from_string(content)
    with pytest.raises(OpsdeskError, match=says.replace("BUCKET", cloud.bucket)):
        cloud_ingest(tmp_path, f"{cloud.lake}/{export}", str(tmp_path / "lake"), cloud.endpoints())


def test_agents_in_a_bucket(tmp_path, cloud):
    cloud.storage_client().bucket(cloud.bucket).blob("agents.csv").upload_from_string(
        "agent_id,team\nA1,X\nA1,Y\n"
    )
    export, agents = write_export(tmp_path, *TICKETS), f"{cloud.lake}/agents.csv"
    with pytest.raises(
        OpsdeskError, match=r"gs://.*/agents\.csv, line 3: agent_id 'A1' is on line 2 already"
    ):
        cloud_ingest(tmp_path, export, str(tmp_path / "lake"), cloud.endpoints(), agents=agents)


def test_a_missing_bucket_is_a_sentence(tmp_path, cloud):
    says = (
        "There is no bucket gs://not-there: make it with "
        "`gcloud storage buckets create gs://not-there --location=US`"
    )
    with pytest.raises(OpsdeskError, match=says):
        cloud_ingest(
            tmp_path, write_export(tmp_path, *TICKETS), "gs://not-there/lake", cloud.endpoints()
        )
    with pytest.raises(OpsdeskError, match=says):
        backfill(
            "gs://not-there",
            f"duckdb:{tmp_path}/w",
            "",
            "",
            RUN_AT,
            GoogleConnection(endpoints=cloud.endpoints()),
        )


def test_an_empty_bucket_is_no_lake(tmp_path, cloud):
    with pytest.raises(
        OpsdeskError, match=f"There is no lake gs://{cloud.bucket}: run 01_ingest first"
    ):
        backfill(
            cloud.lake,
            f"duckdb:{tmp_path}/w",
            "",
            "",
            RUN_AT,
            GoogleConnection(endpoints=cloud.endpoints()),
        )


def test_what_others_keep_next_to_the_lake_is_left_alone(tmp_path, cloud):
    bucket = cloud.storage_client().bucket(cloud.bucket)
    lake, export = f"{cloud.lake}/lake", write_export(tmp_path, *TICKETS[1:])
    cloud_ingest(
        tmp_path, write_export(tmp_path, *TICKETS, name="before.csv"), lake, cloud.endpoints()
    )
    for name in (
        "lakes/raw/2023/01/2023-01-31.csv",
        "lake/notes.txt",
        "lake/raw/2023/01/notes.txt",
        "lake/raw/",
    ):
        bucket.blob(name).upload_from_string(b"x")
    cloud_ingest(tmp_path, export, lake, cloud.endpoints())
    others = {"notes.txt": b"x", "raw/2023/01/notes.txt": b"x"}
    assert bucket_files(lake, cloud.endpoints()) == folder_files(tmp_path / "f", export) | others
    assert bucket.blob("lakes/raw/2023/01/2023-01-31.csv").exists()


@pytest.mark.parametrize(
    "name", ["notes.txt", "raw/2023/01/2023-01-31.csv", "rejects/x.csv", "_ingest.json"]
)
def test_a_prefix_of_others_is_refused_and_stays_as_it_is(tmp_path, cloud, name):
    bucket = cloud.storage_client().bucket(cloud.bucket)
    bucket.blob(f"lake/{name}").upload_from_string(b"x")
    export = write_export(tmp_path, *TICKETS)
    with pytest.raises(OpsdeskError, match=r"/lake holds .*, and bears no mark of opsdesk"):
        cloud_ingest(tmp_path, export, f"{cloud.lake}/lake", cloud.endpoints())
    (left,) = bucket.list_blobs()
    assert (left.name, left.download_as_bytes()) == (f"lake/{name}", b"x")


def test_status_reads_the_bucket(tmp_path, cloud, monkeypatch):
    cloud_ingest(
        tmp_path, write_export(tmp_path, *TICKETS, "broken"), cloud.lake, cloud.endpoints()
    )
    monkeypatch.setattr(project, "ROOT", tmp_path)
    values = {
        "lake": cloud.lake,
        "warehouse": f"duckdb:{tmp_path}/none",
        "google.endpoints": cloud.endpoints(),
    }
    parameters = Parameters("mine", tmp_path / "params" / "mine.yaml", values, {})
    status = read_status(parameters)
    assert (status.last.rejected, status.rejects_folder) == (
        {"malformed_line": 1},
        f"{cloud.lake}/rejects",
    )
    monkeypatch.setattr("opsdesk.google.connection.PATIENCE", 0.0)
    unreached = Parameters(
        "mine", parameters.path, values | {"google.endpoints": "storage=http://127.0.0.1:1"}, {}
    )
    assert any(
        "127.0.0.1:1 cannot be reached" in text
        for text in status_lines(unreached, read_status(unreached))
    )


def test_a_download_is_checked_against_its_checksum(cloud):
    cloud.storage_client().bucket(cloud.bucket).blob("rejects/x.csv").upload_from_string(
        b"abc" * 1000
    )
    store = bucket_lake(cloud.lake, cloud.endpoints()).store
    store.names("rejects")
    seen = store._snapshot._latest["rejects/x.csv"]
    store._snapshot._latest["rejects/x.csv"] = seen._replace(
        checksum=seen.checksum._replace(crc32c="00000000")
    )
    with pytest.raises(
        OpsdeskError,
        match=r"what arrives is not what the bucket holds \(its checksum differs, 3 times\)",
    ):
        store.read("rejects/x.csv")


def test_an_upload_is_checked_against_its_checksum(cloud, monkeypatch):
    whole = google_bucket._seen
    wrong = lambda blob: whole(blob)._replace(checksum=Checksum(3, "00000000"))  # noqa: E731
    monkeypatch.setattr(google_bucket, "_seen", wrong)
    store = bucket_lake(cloud.lake, cloud.endpoints()).store
    store.names("rejects")
    store.write("rejects/x.csv", b"abc")
    with pytest.raises(
        OpsdeskError, match=r"rejects/x.csv is not what was sent \(its checksum differs\)"
    ):
        store.settle()


def test_a_manifest_comes_after_its_files_and_the_record_last(tmp_path, cloud, monkeypatch):
    whole, log = google_bucket.Bucket.put, []

    def put(bucket, name, *args):
        log.append(f"begin {name}")
        time.sleep(0.05 if name.endswith(".csv") else 0)
        seen = whole(bucket, name, *args)
        log.append(f"end {name}")
        return seen

    monkeypatch.setattr(google_bucket.Bucket, "put", put)
    cloud_ingest(tmp_path, write_export(tmp_path, *TICKETS), cloud.lake, cloud.endpoints())
    assert log[:2] == ["begin _opsdesk.json", "end _opsdesk.json"]
    assert (log[3], log[-1]) == ("end _ingest.json", "end _ingest.json")
    for month, day in (("01", "31"), ("02", "01"), ("03", "05")):
        ended = log.index(f"end raw/2023/{month}/2023-{month}-{day}.csv")
        assert ended < log.index(f"begin raw/2023/{month}/_manifest.json")
