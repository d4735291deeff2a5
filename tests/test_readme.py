"""The commands that README.md shows, typed into a fresh clone; and the Python it shows."""

import json
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
    shown, *walk = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = type_in(clone, sys.executable, "-c", WALK, json.dumps([shown, *walk]))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(walk) == 5
    for cell, answer in zip(walk, said[1:], strict=True):
        assert "".join(f"# {line}\n" for line in answer.splitlines()) == shown_answer(cell)


# Runs cells as a notebook does: each gives what it prints and its last expression, of a chart its text.
WALK = """
import ast, contextlib, io, json, sys
names, answers = {}, []
for cell in json.loads(sys.argv[1]):
    *lines, last = ast.parse(cell).body
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(ast.Module(lines, []), "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        print(getattr(value, "alt", value))
    answers.append(printed.getvalue())
print(json.dumps(answers))
"""


def shown_answer(cell: str) -> str:
    """The comments at the end of a cell: what it answers."""
    return re.search(r"((?:^# .*\n)+)\Z", cell, re.MULTILINE)[1]
