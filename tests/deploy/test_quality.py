"""`opsdesk quality`: Great Expectations itself on published tables; each kind of broken row is found.

`make test` sets up .quality, the environment of Great Expectations.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from exports import line, write_export
from opsdesk import project
from opsdesk.catalogue.identities import CHECKS
from opsdesk.catalogue.tables import results
from opsdesk.config.parameters import read_parameters
from opsdesk.google.connection import GoogleConnection
from opsdesk.quality.plan import quality_plan
from opsdesk.runner.outputs import claim_outputs
from opsdesk.warehouse.bigquery.calls import CALL
from other_version import LACKS, as_of_another_version
from steps import backfill, ingest, transform
from tiny_project import make_project

CLONE = project.ROOT
RUN_AT = "2026-11-24T00:00:00+00:00"
SUITES = [*(table.name for table in results()), "identities"]
TICKETS = [
    line("K1", "2023-01-01 10:00:00", sla_hours="24", channel="Mail", agent_id="A1"),
    line("K2", "2023-01-01 11:00:00", resolved_at="2023-01-02 11:00:00", status="Closed"),
    line("K3", "2023-01-02 10:00:00", channel="Phone", agent_id="A2"),
    line("K4", "2023-01-02 11:00:00", resolved_at="2023-01-02 12:00:00", status="Closed"),
    line("K5", "2023-01-03 09:00:00", sla_hours="240"),
    line("K6", "2023-01-03 09:30:00", priority="High"),
]
# One broken row of each kind, and all that is to be found of it: which check, in how many rows (None
# is of the table), and the rows.
BROKEN = {
    "UPDATE fact_tickets SET status = NULL WHERE ticket_id = 'K1'": (
        ("fact_tickets", "status is never NULL"),
        1,
        [{"ticket_id": "K1", "status": None}],
    ),
    "UPDATE fact_tickets SET sla_hours = -1 WHERE ticket_id = 'K4'": (
        ("fact_tickets", "sla_hours is at least 0"),
        1,
        [{"ticket_id": "K4", "sla_hours": -1.0}],
    ),
    "UPDATE ticket_sla_risk SET hour_of_day = 24 WHERE ticket_id = 'K3'": (
        ("ticket_sla_risk", "hour_of_day is from 0 to 23"),
        1,
        [{"ticket_id": "K3", "hour_of_day": 24}],
    ),
    "UPDATE ticket_sla_risk SET risk_band = 'late' WHERE ticket_id = 'K2'": (
        ("ticket_sla_risk", "risk_band is one of breached, at_risk, on_track, paused, no_target"),
        1,
        [{"ticket_id": "K2", "risk_band": "late"}],
    ),
    "UPDATE work_next SET ticket_id = 'K99' WHERE rank = 1": (
        ("work_next", "each ticket_id occurs as fact_tickets.ticket_id"),
        1,
        [{"rank": 1, "ticket_id": "K99"}],
    ),
    "INSERT INTO cohort_daily FROM cohort_daily WHERE created_date = '2023-01-02'": (
        ("cohort_daily", "created_date occurs once"),
        2,
        [{"created_date": "2023-01-02"}] * 2,
    ),
    """INSERT INTO signal_daily FROM signal_daily
        WHERE ops_date = '2023-01-01' AND indicator = 'created' AND dimension = 'all'""": (
        ("signal_daily", "ops_date, indicator, dimension, segment together occur once"),
        2,
        [{"ops_date": "2023-01-01", "indicator": "created", "dimension": "all", "segment": "all"}]
        * 2,
    ),
    "UPDATE backlog_daily SET age_0_1 = age_0_1 + 1 WHERE ops_date = '2023-01-03'": (
        ("identities", "backlog = the sum of its age bands"),
        1,
        [{"ops_date": "2023-01-03", "backlog_size": 4}],
    ),
    "ALTER TABLE dim_agents ALTER active_from TYPE TIMESTAMP": (
        ("dim_agents", "active_from has the type DATE"),
        None,
        [{"found": "TIMESTAMP"}],
    ),
    "ALTER TABLE features_daily ADD COLUMN more INTEGER": (
        ("features_daily", "it has the columns of tables.yaml, in their order"),
        None,
        [{"expected": None, "found": "more"}],
    ),
    "DROP TABLE dim_attributes": (("dim_attributes", "the table is there"), None, []),
}


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A project with a mapping of an attribute, the program of the checks, and its environment."""
    assert (CLONE / ".quality" / "ready").exists(), (
        "run `make test`, which sets up .quality, or `make .quality/ready`"
    )
    monkeypatch.delenv("OPSDESK_QUALITY_PYTHON", raising=False)
    folder = make_project(monkeypatch, tmp_path / "project")
    (folder / "deploy").symlink_to(CLONE / "deploy")
    (folder / ".quality").symlink_to(CLONE / ".quality")
    mapping = (CLONE / "params" / "mappings" / "ops_tickets.yaml").read_text()
    mapping += "attributes: {origin: channel}\n"
    (folder / "params" / "mappings" / "ops_tickets.yaml").write_text(mapping)
    return folder


@pytest.fixture
def published(home) -> Path:
    """The DuckDB file of outputs/mine with the tables of TICKETS."""
    return publish(home, f"duckdb:{home}/outputs/mine/opsdesk.duckdb")


def publish(home: Path, warehouse: str, **google: GoogleConnection) -> Path:
    (home / "outputs" / "mine").mkdir(parents=True)
    lake = str(home / "outputs" / "mine" / "lake")
    export = str(write_export(home, *TICKETS))
    ingest(export, "ops_tickets", "", "full", lake, RUN_AT)
    backfill(lake, warehouse, "", "", RUN_AT, **google)
    transform(warehouse, "2023-01-03 23:59:59", "UTC", RUN_AT, **google)
    return Path(warehouse.removeprefix("duckdb:"))


def found_by(home: Path) -> dict[str, dict]:
    """What results.json says, by suite."""
    text = (home / "outputs" / "mine" / "quality" / "results.json").read_text()
    return {suite["suite"]: suite for suite in json.loads(text)["suites"]}


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.02)


def stand_in(folder: Path, monkeypatch, *lines: str) -> None:
    """Let a program of these lines be the Python of the environment: what it is given is checked."""
    program = folder / "python"
    head = f"#!{sys.executable}\nimport json, os, sys, time, pathlib\n_, _, plan, docs = sys.argv[1:]\n"
    program.write_text(head.replace("_, _, plan", "isolated, program, plan") + "\n".join(lines))
    program.chmod(0o755)
    monkeypatch.setenv("OPSDESK_QUALITY_PYTHON", str(program))


def test_sound_tables_pass_every_suite_and_the_documents_need_no_network(
    home, published, opsdesk, browser
):
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, errors) == (0, "")
    suites = found_by(home)
    assert list(suites) == SUITES
    assert all(suite["checks"] and not suite["findings"] for suite in suites.values())
    assert suites["identities"]["checks"] == len(CHECKS)
    checks = sum(suite["checks"] for suite in suites.values())
    docs = home / "outputs" / "mine" / "quality"
    assert printed.splitlines() == [
        f"{checks} checks in {len(SUITES)} suites: all passed.",
        f"Data Docs: {docs / 'index.html'}",
    ]
    asked = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((docs / "index.html").as_uri())
    links = page.eval_on_selector_all("a[href]", "found => found.map(each => each.href)")
    assert links == [(docs / f"{suite}.html").as_uri() for suite in SUITES]
    for link in links:
        page.goto(link)
        assert page.locator(".fa-check-circle").count() >= suites[Path(link).stem]["checks"]
    assert asked == [(docs / "index.html").as_uri(), *links]
    page.close()
    with duckdb.connect(published) as connection:  # the file itself is free, and as it was
        assert connection.execute("SELECT COUNT(*) FROM fact_tickets").fetchone() == (6,)


def test_one_broken_row_of_each_kind_is_found_and_nothing_else(home, published, opsdesk):
    with duckdb.connect(published) as connection:
        for statement in BROKEN:
            connection.execute(statement)
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, errors) == (7, "")
    found = {
        (name, finding["says"]): (finding["count"], finding["rows"])
        for name, suite in found_by(home).items()
        for finding in suite["findings"]
    }
    assert found == {check: (count, rows) for check, count, rows in BROKEN.values()}
    lines = printed.splitlines()
    place = lines.index("FAILED  fact_tickets: status is never NULL; not so in 1 row, such as")
    assert lines[place + 1] == "    ticket_id = K1, status = NULL"
    assert lines[-2].endswith(f"suites: {len(BROKEN)} failed.")
    page = (home / "outputs" / "mine" / "quality" / "index.html").read_text()
    assert "ticket_id = K1, status = NULL" in page


def test_tables_of_another_version_are_not_checked(home, published, opsdesk):
    as_of_another_version(published)
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, printed) == (1, "")
    assert errors == (
        f"opsdesk: The published tables of duckdb:outputs/mine/opsdesk.duckdb are of {LACKS}: "
        "type `opsdesk run params/mine.yaml --from 2`.\n"
    )


def test_bigquery_is_checked_by_its_own_client(home, cloud, opsdesk, monkeypatch):
    google = GoogleConnection(endpoints=cloud.endpoints())
    publish(home, cloud.warehouse, google=google)
    (home / "params" / "mine.yaml").write_text(
        f'warehouse: "{cloud.warehouse}"\ngoogle:\n  endpoints: "{cloud.endpoints()}"\n'
    )
    # In a small suite: those that fail are asked twice, and the emulator takes its time.
    broken = (
        f"INSERT INTO {cloud.dataset}.dim_attributes (attribute) VALUES ('nowhere'), ('nowhere')"
    )
    cloud.bigquery_client().query(broken, **CALL).result()
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, errors) == (7, "")
    rows = ["    attribute = nowhere", "    attribute = nowhere"]
    relation = "each attribute occurs as segment_daily.dimension"
    assert printed.splitlines()[:6] == [
        f"FAILED  dim_attributes: {relation}; not so in 2 rows, such as",
        *rows,
        "FAILED  dim_attributes: attribute occurs once; not so in 2 rows, such as",
        *rows,
    ]
    suites = found_by(home)
    assert list(suites) == SUITES
    assert [name for name, suite in suites.items() if suite["findings"]] == ["dim_attributes"]
    # A run that publishes while checks fail: they may have seen old and new tables together.
    of_another_run = (
        f"INSERT INTO {cloud.dataset}._runs (run_id, as_of, published_at) "
        f"SELECT 'later', as_of, TIMESTAMP '2027-01-01 00:00:00+00' FROM {cloud.dataset}._runs"
    )
    finding = {"says": "it is so", "count": None, "rows": [], "error": ""}
    failed = {"suites": [{"suite": "any", "checks": 1, "page": "", "findings": [finding]}]}
    stand_in(
        home,
        monkeypatch,
        f"pathlib.Path(docs, 'results.json').write_text({json.dumps(failed)!r})",
        f"pathlib.Path({str(home / 'checked')!r}).touch()",
        f"while not pathlib.Path({str(home / 'published')!r}).exists(): time.sleep(0.01)",
    )

    def publish_another() -> None:
        wait_for(home / "checked")
        cloud.bigquery_client().query(of_another_run, **CALL).result()
        (home / "published").touch()

    with ThreadPoolExecutor() as other:
        other.submit(publish_another)
        code, _, errors = opsdesk("quality", "params/mine.yaml")
    assert code == 1
    assert "A run published while the checks were made" in errors


def test_a_new_table_is_covered_by_its_entry_alone(home):
    plan = quality_plan(read_parameters("params/mine.yaml"), {"kind": "duckdb", "path": ""})
    assert [table["name"] for table in plan["tables"]] == SUITES
    for table, planned in zip(results(), plan["tables"], strict=False):
        assert planned["key"] == list(table.key)
        assert [column["name"] for column in planned["columns"]] == [
            column.name for column in table.columns
        ]


def test_a_run_may_write_the_file_while_it_is_checked(home, published, opsdesk, monkeypatch):
    stand_in(
        home,
        monkeypatch,
        "sys.path = [*json.loads(os.environ['SEARCH']), *sys.path]",
        "import duckdb",
        f"run = duckdb.connect({str(published)!r})",  # and it stays open
        "run.execute('CREATE TABLE meanwhile AS SELECT 1 AS one')",
        "copy = json.loads(pathlib.Path(plan).read_text())['warehouse']['path']",
        "assert duckdb.connect(copy, read_only=True).sql('FROM backlog_daily').fetchall()",
        "pathlib.Path(docs, 'results.json').write_text('{\"suites\": []}')",
    )
    monkeypatch.setenv("SEARCH", json.dumps(sys.path))
    code, _, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, errors) == (0, "")
    with duckdb.connect(published) as connection:
        assert connection.execute("FROM meanwhile").fetchone() == (1,)


def test_checks_that_could_not_be_made_say_why_and_leave_the_documents(
    home, published, opsdesk, monkeypatch
):
    claim_outputs(read_parameters("params/mine.yaml"))
    docs = home / "outputs" / "mine" / "quality"
    docs.mkdir()
    (docs / "index.html").write_text("of last time")
    stand_in(home, monkeypatch, "raise ValueError('the disk is full')")
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, printed) == (1, "")
    assert "exit code 1: ValueError: the disk is full. The whole log is" in errors
    assert (docs / "index.html").read_text() == "of last time"
    assert [path.name for path in docs.parent.glob("quality-*")] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            None, "no-python ended with exit code 3. The whole log is", id="another program"
        ),
        pytest.param("exit 3", "no-python cannot be run: Exec format error. The", id="no program"),
    ],
)
def test_what_is_no_python_is_named_with_the_remedy(
    home, published, opsdesk, monkeypatch, text, says
):
    other = home / "no-python"
    other.write_text(text or "#!/bin/sh\nexit 3\n")
    other.chmod(0o755)
    monkeypatch.setenv("OPSDESK_QUALITY_PYTHON", str(other))
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, printed) == (1, "") and errors.startswith("opsdesk: The checks were not made, ")
    assert says in errors and errors.endswith(
        "let OPSDESK_QUALITY_PYTHON name one made from deploy/quality/requirements.lock.\n"
    )
    assert "Traceback" not in errors


def test_terminated_it_ends_the_program_too(home, published, monkeypatch):
    stand_in(
        home,
        monkeypatch,
        "mark = pathlib.Path(plan).parents[1] / 'pid'",
        "mark.with_name('new').write_text(str(os.getpid()))",
        "mark.with_name('new').rename(mark)",
        "time.sleep(60)",
    )
    call = "from opsdesk import cli, project; import pathlib, sys\n"
    call += f"project.ROOT = pathlib.Path({str(home)!r})\n"
    call += "sys.argv = ['opsdesk', 'quality', 'params/mine.yaml']\ncli.main()"
    process = subprocess.Popen([sys.executable, "-c", call])
    mark = home / "outputs" / "mine" / "pid"
    wait_for(mark)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
    assert list(mark.parent.glob("quality-*")) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_the_program_ends_where_its_parent_was_killed(home, tmp_path):
    plan = tmp_path / "plan.json"
    os.mkfifo(plan)  # it would wait here for ever
    command = [home / ".quality/bin/python", "-I", home / "deploy/quality", plan, tmp_path]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == 1 and b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "spoil, expected",
    [
        pytest.param(
            lambda home, env: (home / ".quality").unlink(),
            "The environment of Great Expectations is not there: type `make quality`",
            id="not set up",
        ),
        pytest.param(
            lambda home, env: env.setenv("OPSDESK_QUALITY_PYTHON", "/nowhere/python"),
            "OPSDESK_QUALITY_PYTHON names /nowhere/python, which is no file",
            id="a variable that names nothing",
        ),
        pytest.param(
            lambda home, env: env.setenv("OPSDESK_QUALITY_PYTHON", str(home / "params/mine.yaml")),
            "/params/mine.yaml, which is no program: let it name the Python of an environment made",
            id="a variable that names no program",
        ),
        pytest.param(
            lambda home, env: (home / "deploy").unlink(),
            "The checks are not in this project: deploy/quality is missing.",
            id="no clone",
        ),
        pytest.param(
            lambda home, env: None,
            "Nothing is published yet: type `opsdesk run params/mine.yaml`.",
            id="nothing published",
        ),
    ],
)
def test_what_is_missing_is_named(home, opsdesk, monkeypatch, spoil, expected):
    spoil(home, monkeypatch)
    code, printed, errors = opsdesk("quality", "params/mine.yaml")
    assert (code, printed) == (1, "")
    assert expected in errors


def test_the_checks_import_nothing_of_opsdesk_and_the_library_nothing_of_theirs():
    theirs = re.compile(r"^\s*(?:from|import) (?:great_expectations|sqlalchemy)", re.MULTILINE)
    ours = re.compile(r"^\s*(?:from|import) opsdesk", re.MULTILINE)
    for path in (CLONE / "lib").rglob("*.py"):
        assert not theirs.search(path.read_text()), path
    for path in (CLONE / "deploy" / "quality").glob("*.py"):
        assert not ours.search(path.read_text()), path
