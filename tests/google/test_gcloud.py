"""The commands that we print and show, against the flags that gcloud and bq have (gcloud_flags.yaml names the source)."""

import json
import runpy
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from gcloud_commands import problems, recorded, shown_commands
from opsdesk.config.parameters import read_parameters
from opsdesk.dataproc.commands import dataproc_commands

GCLOUD = shutil.which("gcloud")
needs_gcloud = pytest.mark.skipif(not GCLOUD, reason="gcloud is not installed")
SHOWN = sorted(set(shown_commands()))


def printed() -> list[str]:
    """What `opsdesk dataproc` prints, with everything set that a command depends on."""
    account = "opsdesk@my-project.iam.gserviceaccount.com"
    given = {"google.impersonate": account, "spark.conf": "spark.executor.cores=4"}
    parameters = read_parameters("params/gcp_spark.yaml", given)
    text = dataproc_commands(parameters, "europe-west3", "europe-west3-docker.pkg.dev/p/r/i:1")
    return [line for line in text.splitlines() if line.startswith("gcloud ")]


@pytest.mark.parametrize("command", [*SHOWN, *printed()])
def test_gcloud_has_the_command_and_its_flags(command):
    assert problems(command) == []


def test_commands_were_found():
    programs = [command.split()[0] for command in SHOWN]
    assert programs.count("gcloud") > 8
    assert programs.count("bq") > 1
    assert len(printed()) > 3


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param("gcloud storage bucket create gs://b", "not a recorded command", id="another command"),
        pytest.param("gcloud storage buckets create gs://b --locaton=EU", "storage buckets create has no flag --locaton", id="an unknown flag"),
        pytest.param("gcloud dataproc clusters create c --max-idle 30m", "dataproc clusters create has no flag --max-idle", id="a hidden flag"),
        pytest.param("gcloud storage buckets create gs://b --location", "--location lacks its value", id="no value"),
        pytest.param("bq query --uselegacy_sql=false 'SELECT 1'", "query has no flag --uselegacy_sql", id="an unknown flag of bq"),
    ],
)  # fmt: skip
def test_a_wrong_command_is_seen(command, says):
    (found,) = problems(command)
    assert says in found


@needs_gcloud
def test_the_flags_that_are_used_are_those_of_the_installed_gcloud():
    """Its tree of commands, which completes a command line, is data of the installation."""
    root = Path(GCLOUD).resolve().parents[1]
    file = root / "data" / "cli" / "gcloud_completions.py"
    if not file.exists():
        pytest.skip(f"this gcloud has no {file.name}")
    tree = runpy.run_path(str(file))["STATIC_COMPLETION_CLI_TREE"]
    for name in filter(None, recorded()["gcloud"]):
        flags = {*_flags_of(tree, name)}
        used = {flag for command in [*SHOWN, *printed()] for flag in _flags_in(command, name)}
        assert used <= flags, name


def _flags_of(tree: dict, name: str) -> set[str]:
    flags = set(tree["flags"])
    for word in name.split():
        tree = tree["commands"][word]
        flags |= set(tree.get("flags", ()))
    return flags


def _flags_in(command: str, name: str) -> list[str]:
    words = shlex.split(command.partition(" -- ")[0], comments=True)
    if " ".join(words[1:]).startswith(f"{name} "):
        return [word.partition("=")[0] for word in words if word.startswith("--")]
    return []


def _switches_last(command: str) -> str:
    """The command as gcloud's lint needs it: it takes any next word for the value of a flag."""
    words = shlex.split(command, comments=True)
    return shlex.join(sorted(words, key=lambda word: word.startswith("--") and "=" not in word))


@needs_gcloud
def test_gclouds_own_parser_reads_what_the_docs_show(tmp_path, monkeypatch):
    """It runs nothing. tests/dataproc has it read what is printed."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    shown = [_switches_last(one) for one in SHOWN if one.startswith("gcloud ")]
    commands = [{"command_string": text, "id": number} for number, text in enumerate(shown)]
    (tmp_path / "commands.json").write_text(json.dumps(commands))
    read = [GCLOUD, "meta", "lint-gcloud-commands"]
    read += ["--commands-file", str(tmp_path / "commands.json")]
    done = subprocess.run(read, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) == len(shown)
    assert {o["command_string"]: o["error_message"] for o in found if not o["success"]} == {}
