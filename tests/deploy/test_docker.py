"""deploy/docker: the files agree with each other, and start.sh does what it says in a volume.

The image itself is built by tests/deploy/build_image.sh, by hand: it fetches half a gigabyte.
"""

import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from opsdesk import project
from wheel_install import TRACKED, do, install_wheel

DEPLOY = project.ROOT / "deploy"
DOCKER = DEPLOY / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
DATAPROC = (DEPLOY / "dataproc" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
PYPROJECT = tomllib.loads((project.ROOT / "pyproject.toml").read_text())["project"]
BASE = r"^FROM (python:3\.11-slim-bookworm@sha256:[0-9a-f]{64})(?: AS base)?$"
VERSION = "0.0.9"  # of an earlier image


def stages() -> dict[str, str]:
    """Return the instructions of each stage of the Dockerfile."""
    parts = re.split(r"^FROM \S+ AS (\w+)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def copied(dockerfile: str) -> list[str]:
    """Return what a Dockerfile copies from the context."""
    lines = re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE)
    return " ".join(lines).replace("${VERSION}-py3-none-any", "*").split()


def test_both_images_have_the_same_base_pinned_by_digest():
    (ours,), (theirs,) = (re.findall(BASE, text, re.MULTILINE) for text in (DOCKERFILE, DATAPROC))
    assert ours == theirs
    assert len(re.findall(r"^FROM", DOCKERFILE, re.MULTILINE)) == len(stages())


def test_the_builder_gets_what_the_images_copy_and_nothing_else():
    lines = (project.ROOT / ".dockerignore").read_text().splitlines()
    everything, *kept = [line for line in lines if not line.startswith("#")]
    assert everything == "*"
    assert {line.removeprefix("!") for line in kept} == {*copied(DOCKERFILE), *copied(DATAPROC)}
    assert all(line.startswith("!") for line in kept)
    assert not [name for name in copied(DOCKERFILE) if re.search(r"outputs|params|my_|\.env", name)]


def test_only_the_locks_say_what_is_installed():
    installs = re.findall(r"pip install (.+?)(?: \\)?$", DOCKERFILE, re.MULTILINE)
    assert len(installs) == 3
    hashed = "--no-deps --require-hashes -r "
    wheel = "--no-deps --no-index /opt/opsdesk-*.whl"
    assert all(hashed in line or line.endswith(wheel) for line in installs)


@pytest.mark.parametrize("stage", ["desk", "emulators"])
def test_a_stage_runs_without_rights_in_one_volume(stage):
    text = stages()[stage]
    assert re.findall(r"^(?:USER|VOLUME|WORKDIR) (.+)$", text, re.MULTILINE) == [
        "/desk",
        "desk",
        "/desk",
    ]
    assert 'ENTRYPOINT ["/opt/start.sh"]' in text
    assert re.search(r"useradd --uid 1000 ", stages()["base"])


def test_the_last_stage_is_the_desk_which_runs_the_sample():
    assert list(stages())[-1] == "desk"
    assert stages()["desk"].rstrip().endswith('CMD ["run", "params/sample.yaml"]')


def test_compose_starts_stages_of_the_dockerfile_on_one_volume():
    services = COMPOSE["services"]
    assert {service["build"]["target"] for service in services.values()} == {"desk", "emulators"}
    for service in services.values():
        context = (DOCKER / service["build"]["context"]).resolve()
        assert context == project.ROOT.resolve()
        assert (context / service["build"]["dockerfile"]).samefile(DOCKER / "Dockerfile")
        assert service["volumes"] == ["desk:/desk"] and service["init"]
        assert "ports" not in service
    assert list(COMPOSE["volumes"]) == ["desk"]
    params = "outputs/emulators/emulated.yaml"
    assert services["emulators"]["healthcheck"]["test"][-1] == params
    assert services["desk"]["command"] == ["run", params]
    assert services["desk"]["network_mode"] == "service:emulators"


def test_the_readme_names_the_version_and_publishes_to_this_machine_only():
    readme = (DOCKER / "README.md").read_text()
    assert set(re.findall(r"VERSION=(\S+)", readme)) == {PYPROJECT["version"]}
    assert set(re.findall(r"--publish (\S+)", readme)) == {"127.0.0.1:8888:8888"}


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Return what calls start.sh in a volume, with the command opsdesk of the wheel."""
    if not TRACKED:
        pytest.skip("not a git checkout: what the wheel holds is not known")
    binaries = install_wheel(tmp_path_factory.mktemp("image")).parent
    path = f"{binaries}:{os.environ['PATH']}"

    def call(volume: Path, *arguments: str):
        done = do(DOCKER / "start.sh", *arguments, folder=volume, PATH=path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def test_an_empty_volume_becomes_a_project_once(start, tmp_path):
    said = start(tmp_path, "status", "params/sample.yaml")
    assert f"{tmp_path}: notebooks, params and mappings are there." in said
    own = tmp_path / "notebooks" / "01_ingest.ipynb"
    own.write_text("changed")
    again = start(tmp_path, "--version")
    assert again == f"opsdesk, version {PYPROJECT['version']}\n"
    assert own.read_text() == "changed"


def test_a_later_image_brings_its_notebooks_and_keeps_the_earlier_ones(start, tmp_path):
    start(tmp_path, "--version")
    (tmp_path / ".image-version").write_text(f"{VERSION}\n")
    (tmp_path / "notebooks" / "01_ingest.ipynb").write_text("earlier")
    (tmp_path / "params" / "mine.yaml").write_text('timezone: "UTC"\n')
    said = start(tmp_path, "--version")
    assert f"those of {VERSION} are in notebooks-{VERSION}" in said
    assert (tmp_path / f"notebooks-{VERSION}" / "01_ingest.ipynb").read_text() == "earlier"
    brought = tmp_path / "notebooks" / "01_ingest.ipynb"
    assert brought.read_bytes() == (project.ROOT / "notebooks" / "01_ingest.ipynb").read_bytes()
    assert (tmp_path / "params" / "mine.yaml").exists()
    assert start(tmp_path, "--version").count("\n") == 1


def test_a_project_of_ones_own_keeps_its_notebooks(start, tmp_path):
    (tmp_path / "notebooks").mkdir()
    start(tmp_path, "--version")
    assert list(tmp_path.iterdir()) == [tmp_path / "notebooks"]


def test_lab_listens_to_the_container_and_opens_no_browser(start, tmp_path):
    stand_in = tmp_path / "opsdesk"  # its own JupyterLab is started by build_image.sh
    stand_in.write_text('#!/bin/sh\necho "version 1 $*"\n')
    stand_in.chmod(0o755)
    (tmp_path / "notebooks").mkdir()
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = do(DOCKER / "start.sh", "lab", "--debug", folder=tmp_path, PATH=path)
    assert done.stdout == "version 1 lab --ip=0.0.0.0 --no-browser --debug\n"
