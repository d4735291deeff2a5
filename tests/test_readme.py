"""The commands that README.md shows, typed into a fresh clone; and the Python it shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from opsdesk import project

README = (project.ROOT / "README.md").read_text()


def shown_commands() -> list[str]:
    """Every command of the sh blocks, and those in backticks that begin with the environment's path."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    lines = [line.split("  #")[0].split(" # ")[0].strip() for line in blocks.splitlines()]
    return [line for line in lines if line] + re.findall(r"`(\.venv/bin/[^`]+)`", README)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone with the environment that is there, and the user's own export next to README.md."""
    folder = tmp_path_factory.mktemp("fresh") / "opsdesk"
    subprocess.run(["git", "clone", "--quiet", str(project.ROOT), str(folder)], check=True)
    environment = folder / ".venv" / "bin"
    environment.mkdir(parents=True)
    for name in ("opsdesk", "papermill", "python"):
        (environment / name).symlink_to(Path(sys.executable).with_name(name))
    (folder / ".venv" / "ready").touch()
    shutil.copy(folder / "lib/opsdesk/data/sample/ops_tickets.csv", folder / "ops_tickets.csv")
    return folder


def type_in(clone, *command: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(clone / "lib")}
    return subprocess.run(
        command, cwd=clone, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not (project.ROOT / ".git").exists(), reason="not a git checkout")
def test_every_command_works(clone):
    commands = shown_commands()
    assert len(commands) >= 7
    for command in commands:
        if command == "make test":
            continue  # this is it
        done = type_in(clone, "sh", "-c", command.replace("make ", "make -o .venv/ready "))
        assert done.returncode == 0, f"{command}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
        if command == "make run":
            report = rf"^Report: {re.escape(str(clone))}/outputs/boston311/runs/\S+/report\.html$"
            assert re.search(report, done.stdout, re.MULTILINE)
    python = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    last = "\nassert len(boston.tickets('2011-12-31')) == 9_879"
    done = type_in(clone, sys.executable, "-c", python + last)
    assert done.returncode == 0, done.stderr
