"""deploy/airflow/opsdesk_dag.py on both lines of Airflow, each in its own environment."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import psutil
import pytest

from opsdesk import project
from opsdesk.catalogue.tables import results

FOLDER = project.ROOT / "deploy" / "airflow"
CODE = "from opsdesk.cli import main; main()"
# 6:15 in New York on 31 May: by its UTC date and time the tables would be others.
MORNING = "2023-05-31T10:15:00+00:00"
AS_OF = "2023-05-31 06:15:00"
STEPS = ["01_ingest", "02_backfill", "03_transform", "04_foresight", "05_trends"]
# One worker for all: the second line runs on the outputs that the first one left.
pytestmark = pytest.mark.xdist_group("airflow")

# Reads the DAG file once for each environment on stdin; prints what it defines, or its error.
READ = """
import json, os, runpy, sys
from airflow.exceptions import AirflowException
for given in json.load(sys.stdin):
    os.environ.update(given)
    try:
        module = runpy.run_path(sys.argv[1])
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"), file=sys.stderr)
        continue
    found = {}
    for name, dag in module.items():
        if name.startswith("opsdesk_"):
            tasks = list(dag.topological_sort())
            found[dag.dag_id] = {
                "schedule": str(dag.schedule if hasattr(dag, "schedule") else dag.schedule_interval),
                "zone": str(dag.timezone.name), "tasks": [task.task_id for task in tasks],
                "edges": sum(len(task.downstream_task_ids) for task in tasks),
                "retries": [task.retries for task in tasks],
                "catchup": dag.catchup, "runs": dag.max_active_runs,
            }
    print(json.dumps(found), file=sys.stderr)
"""

# Executes tasks by themselves, [name, environment] each on stdin; prints how each of them ends.
EXECUTE = """
import json, os, runpy, sys
from datetime import UTC, datetime
module = runpy.run_path(sys.argv[1])
for name, given in json.load(sys.stdin):
    os.environ.update(given)
    task = module["opsdesk_desk"].get_task(name)
    try:
        line = task.execute({"data_interval_end": datetime(2023, 1, 31, 3, tzinfo=UTC)})
        print(f"DONE: {line}", file=sys.stderr)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
"""


@pytest.fixture(params=[2, 3], ids=["Airflow 2", "Airflow 3"], scope="module")
def airflow(request, tmp_path_factory):
    """Return what runs programs of one line of Airflow, with a database of its own."""
    line = request.param
    binaries = project.ROOT / f".airflow{line}" / "bin"
    if not binaries.with_name("ready").exists():
        reason = f".airflow{line} is not there: `make .airflow{line}/ready` builds it"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    place = tmp_path_factory.mktemp(f"airflow{line}")
    environment = {
        "PATH": f"{binaries}:/usr/bin:/bin",
        "HOME": str(place),
        "AIRFLOW_HOME": str(place),
        "AIRFLOW__CORE__DAGS_FOLDER": str(FOLDER),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
    }
    return binaries, environment


def write_program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A project with its own command, and the sample as a desk in New York."""
    root = tmp_path_factory.mktemp("srv") / "opsdesk"
    for name in ("lib", "notebooks", "params"):
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(project.ROOT / name, root / name, ignore=ignored)
    sample = (root / "params" / "sample.yaml").read_text()
    zoned = sample.replace('timezone: "UTC"', 'timezone: "America/New_York"')
    for name in ("desk", "reference"):
        (root / "params" / f"{name}.yaml").write_text(zoned)
    command = f"PYTHONPATH={root}/lib exec {sys.executable} -c '{CODE}' \"$@\""
    write_program(root / ".venv" / "bin" / "opsdesk", command)
    return root


def of_home(environment: dict[str, str], home: Path) -> dict[str, str]:
    return {**environment, "OPSDESK_HOME": str(home), "OPSDESK_PARAMS": "desk"}


@pytest.fixture(scope="module")
def reference(home):
    """The tables of that morning, by opsdesk alone."""
    command = [home / ".venv/bin/opsdesk", "run", "params/reference.yaml", "-p", f"as_of={AS_OF}"]
    subprocess.run(command, check=True, capture_output=True)
    return home / "outputs" / "reference" / "opsdesk.duckdb"


def differing_tables(one: Path, other: Path) -> list[str]:
    """Return the published tables that are not equal to the last row."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{one}' AS a (READ_ONLY); ATTACH '{other}' AS b (READ_ONLY)")
        differs = (
            "SELECT count(*) FROM ((FROM a.{0} EXCEPT ALL FROM b.{0}) UNION ALL "
            "(FROM b.{0} EXCEPT ALL FROM a.{0}))"
        )
        names = [table.name for table in results()]
        assert connection.execute("SELECT count(*) FROM a.fact_tickets").fetchone()[0] > 0
        counts = {name: connection.execute(differs.format(name)).fetchone()[0] for name in names}
        return [name for name, rows in counts.items() if rows]


@pytest.fixture(scope="module")
def dag_run(airflow, home):
    """One run of the DAG, in which opsdesk is killed once while the tables are built."""
    binaries, environment = airflow
    subprocess.run([binaries / "airflow", "db", "migrate"], env=environment, check=True)
    command = [binaries / "airflow", "dags", "test", "opsdesk_desk", MORNING]
    log, is_killed = [], False
    with subprocess.Popen(
        command,
        env=of_home(environment, home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        for said in running.stdout:
            log.append(said)
            if "03_transform  running" in said and not is_killed:
                is_killed = True
                kill_opsdesk(running.pid)
    return running.returncode, "".join(log)


def kill_opsdesk(airflows: int) -> None:
    """Kill the command and its kernels as the system does when memory is short."""
    below = psutil.Process(airflows).children(recursive=True)
    (command,) = [child for child in below if CODE in child.cmdline()]
    for process in [command, *command.children(recursive=True)]:
        process.kill()


def test_the_dag_makes_the_tables_of_opsdesk_alone_also_when_a_step_was_killed(
    dag_run, home, reference
):
    code, log = dag_run
    assert code == 0, log
    assert "Exit code -9 of" in log
    asked = re.findall(r"'--only', '(\w+)', '-p', 'as_of=([^']+)'\]", log)
    asked = list(dict.fromkeys(asked))  # Airflow 2 shows each line twice
    assert asked == [(step, AS_OF) for step in STEPS]
    assert differing_tables(home / "outputs/desk/opsdesk.duckdb", reference) == []


def test_the_log_has_the_report_and_why_nothing_was_checked(dag_run, home):
    _, log = dag_run
    (report,) = set(re.findall(r"Report: (\S+/report\.html)", log))
    latest = home / "outputs" / "desk" / "latest" / "report.html"
    assert Path(report).samefile(latest)
    assert f"The tables were not checked: {home}/.quality/bin/python is not there" in log


def test_the_file_defines_a_dag_for_each_desk_and_says_what_is_wrong(airflow, home, tmp_path):
    later = tmp_path / "later"  # a project with one more step
    for name in ("notebooks", "params"):
        shutil.copytree(home / name, later / name)
    (later / "notebooks" / "06_more.ipynb").touch()
    binaries, environment = airflow
    unset = {"OPSDESK_HOME": "", "OPSDESK_PARAMS": "desk"}
    given = [
        unset,
        {"OPSDESK_HOME": str(tmp_path)},
        {"OPSDESK_HOME": str(home), "OPSDESK_PARAMS": "sample desk"},
        {"OPSDESK_PARAMS": "nothing"},
        {"OPSDESK_COPY": str(later), "OPSDESK_PARAMS": "desk"},
    ]
    done = subprocess.run(
        [binaries / "python", "-c", READ, FOLDER / "opsdesk_dag.py"],
        input=json.dumps(given),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    is_ours = re.compile(r'^["{].*["}]$', re.MULTILINE)
    missing, foreign, both, unknown, copied = map(json.loads, is_ours.findall(done.stderr))
    assert missing.startswith("ValueError: OPSDESK_HOME is not set: in the environment of Airflow")
    assert foreign.startswith(f"ValueError: OPSDESK_HOME is '{tmp_path}', where no notebooks/01_")
    assert unknown.startswith(f"ValueError: There is no {home}/params/nothing.yaml: ")
    assert list(both) == ["opsdesk_sample", "opsdesk_desk"]
    assert both["opsdesk_sample"] == {**both["opsdesk_desk"], "zone": "UTC"}
    assert both["opsdesk_desk"] == {
        "schedule": "15 6 * * *",
        "zone": "America/New_York",
        "tasks": [*STEPS, "quality"],
        "edges": 5,
        "retries": [2] * 6,
        "catchup": False,
        "runs": 1,
    }
    assert copied["opsdesk_desk"]["tasks"] == [*STEPS, "06_more", "quality"]


INGEST = "run params/desk.yaml --only 01_ingest -p as_of=2023-01-30 22:00:00"
QUALITY = "quality params/desk.yaml"
# The task, the exit code of its command, how the task ends, and what the command was asked.
ENDS = [
    ("01_ingest", 1, "AirflowException", INGEST),  # an error may be one of the network
    ("01_ingest", 3, "AirflowException", INGEST),  # a dead kernel
    ("01_ingest", 6, "AirflowException", INGEST),  # another run is at work
    ("01_ingest", 2, "AirflowFailException", INGEST),  # wrong usage stays wrong
    ("01_ingest", 4, "AirflowFailException", INGEST),  # rejected rows stay rejected
    ("quality", 7, "AirflowFailException", QUALITY),  # a failed check stays failed
    ("quality", 0, "DONE", QUALITY),
]


def test_what_is_tried_again(airflow, home, tmp_path):
    """A stand-in for the command ends with each exit code of opsdesk."""
    binaries, environment = airflow
    given = []
    for task, code, _, _ in ENDS:
        # It prints what it was asked, and how many variables of Airflow it sees.
        asked = f'echo "$*, $(env | grep -c ^AIRFLOW)"; exit {code}'
        stand_in = write_program(tmp_path / f"{task}{code}", asked)
        variables = {"OPSDESK_COMMAND": str(stand_in), "OPSDESK_QUALITY_PYTHON": sys.executable}
        given.append((task, variables))
    given.append(("01_ingest", {"OPSDESK_COMMAND": "/no/opsdesk"}))
    later = tmp_path / "later"
    shutil.copytree(home / "notebooks", later / "notebooks")
    (later / "notebooks" / "06_more.ipynb").touch()
    given.append(("05_trends", {**given[0][1], "OPSDESK_HOME": str(later)}))
    done = subprocess.run(
        [binaries / "python", "-c", EXECUTE, FOLDER / "opsdesk_dag.py"],
        input=json.dumps(given),
        env=of_home(environment, home),
        capture_output=True,
        text=True,
        check=True,
    )
    *ended, missing, other = re.findall(r"^(?:DONE|Airflow\w+): .*$", done.stderr, re.MULTILINE)
    assert len(ended) == len(ENDS)
    for line, (task, code, expected, asked) in zip(ended, ENDS, strict=True):
        assert line.startswith(f"{expected}: "), (task, code)
        assert line.endswith(f"{asked}, 0"), (task, code)
        assert (f"Exit code {code} of" in line) == bool(code)
    assert missing.startswith("AirflowException: /no/opsdesk is not there: `make run` in")
    assert other.startswith(
        "AirflowFailException: This DAG was made of the steps 01_ingest, 02_backfill, 03_transform, "
        f"04_foresight, 05_trends, but {later}/notebooks has 01_ingest, 02_backfill, 03_transform, "
        "04_foresight, 05_trends, 06_more: let both be the same version of opsdesk."
    )
