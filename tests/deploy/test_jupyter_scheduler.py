"""The notebooks as jobs of jupyter-scheduler in a real JupyterLab, with the parameters that its page has."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import duckdb
import pytest

from opsdesk import project

INSTALLED = project.ROOT / ".scheduler"
PAGE = project.ROOT / "deploy" / "jupyter-scheduler" / "README.md"
TOKEN = "local-test"
PATIENCE = 90  # seconds for a job
STEPS = ["01_ingest", "02_backfill", "03_transform", "04_foresight", "05_trends"]
EXPORT = """ticket_id,created_at,resolved_at,priority,status,agent_id,resolution_hours,sla_hours,sla_breached,category,channel,customer_tier
T1,2023-01-02 10:00:00,2023-01-02 12:00:00,Low,Closed,A1,,8,,,,
T2,2023-01-03 23:30:00,,High,Open,A2,,4,,,,
T3,2023-01-03 11:00:00,2023-01-04 09:00:00,Low,Closed,A1,,8,,,,
"""


class Lab:
    """A JupyterLab whose REST interface is asked; its files are in the folder `root`."""

    def __init__(self, url, root):
        self.url = url
        self.root = root

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = Request(f"{self.url}/{path}", data, headers, method=method)
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def create(self, notebook, parameters):
        job = {
            "name": notebook,
            "input_uri": f"{notebook}.ipynb",
            "runtime_environment_name": self.ask("GET", "scheduler/runtime_environments")[0][
                "name"
            ],
            "output_formats": ["ipynb"],
            "parameters": parameters,
        }
        return self.ask("POST", "scheduler/jobs", job)["job_id"]

    def wait(self, job_id):
        """What became of a job; a new one reads STOPPED for a moment."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            job = self.ask("GET", f"scheduler/jobs/{job_id}")
            if job["status"] in ("COMPLETED", "FAILED"):
                return job
            sleep(0.3)
        pytest.fail(f"the job is {job['status']} after {PATIENCE} s")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    assert (INSTALLED / "ready").exists(), "run `make test`, or `make .scheduler/ready`"
    home = tmp_path_factory.mktemp("scheduler")
    shutil.copytree(project.ROOT / "notebooks", home / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = [str(INSTALLED), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "JUPYTER_PATH": str(INSTALLED / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(INSTALLED / "etc" / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    options = [
        "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home / 'notebooks'}",
    ]  # fmt: skip
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=environment, cwd=home / "notebooks", stdout=log, stderr=log
        )  # fmt: skip
    lab = Lab(f"http://127.0.0.1:{port}", home / "notebooks")
    try:
        end = monotonic() + 60
        while not is_up(lab):
            assert server.poll() is None and monotonic() < end, (home / "server.log").read_text()
            sleep(0.2)
        yield lab
    finally:
        server.terminate()
        server.wait(20)


def is_up(lab):
    try:
        return bool(lab.ask("GET", "scheduler/runtime_environments"))
    except HTTPError:
        raise
    except OSError:
        return False


def on_the_page(folder):
    """The parameters of each notebook as the page has them, with places in `folder`.

    They are written from the project on, as on the page: from any other folder they lead elsewhere.
    """
    place = Path(os.path.relpath(folder, project.ROOT)).as_posix()
    rows = re.findall(r"^\| (\d\d_\w+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    found = {step: dict(re.findall(r"`(\w+)` `([^`]+)`", typed)) for step, typed in rows}
    assert list(found) == STEPS
    for parameters in found.values():
        for name, value in parameters.items():
            parameters[name] = value.replace("outputs/local", place).replace(
                "exports/", f"{place}/"
            )
    return found


def downloaded(job, lab):
    """The text of the job's copy of the notebook, once it is among the files of the JupyterLab."""
    lab.ask("GET", f"scheduler/jobs/{job['job_id']}/download_files")
    end = monotonic() + 20
    while True:
        files = lab.ask("GET", f"scheduler/jobs/{job['job_id']}")["job_files"]
        paths = [file["file_path"] for file in files if file["file_format"] == "ipynb"]
        if paths[0]:
            return (lab.root / paths[0]).read_text()
        assert monotonic() < end, files
        sleep(0.1)


def test_the_notebooks_run_as_jobs_with_the_parameters_of_the_page(lab, tmp_path):
    (tmp_path / "tickets.csv").write_text(EXPORT)
    typed = on_the_page(tmp_path)
    unquoted = lab.create("03_transform", typed["03_transform"] | {"as_of": "2023-09-30"})
    for step in STEPS:
        job = lab.wait(lab.create(step, typed[step]))
        assert job["status"] == "COMPLETED", job["status_message"]
    assert "image/png" in downloaded(job, lab)
    with duckdb.connect(str(tmp_path / "opsdesk.duckdb"), read_only=True) as con:
        tickets = con.execute(
            "SELECT ticket_id, created_date FROM fact_tickets ORDER BY 1"
        ).fetchall()
        last = con.execute(
            "SELECT max(ops_date), arg_max(backlog_size, ops_date) FROM backlog_daily"
        ).fetchone()
    # times without a zone are of Berlin, where 23:30 is still the same day
    assert [(ticket, str(day)) for ticket, day in tickets] == [
        ("T1", "2023-01-02"), ("T2", "2023-01-03"), ("T3", "2023-01-03"),
    ]  # fmt: skip
    assert (str(last[0]), last[1]) == ("2023-01-04", 1)
    failed = lab.wait(unquoted)
    assert failed["status"] == "FAILED" and "SyntaxError" in failed["status_message"]
