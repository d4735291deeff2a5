"""The committed notebooks: their manner, and their stored outputs checked by a run of today."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from opsdesk import project
from opsdesk.config.notebook_parameters import declared_parameters
from opsdesk.explore.controls import WITHOUT_KERNEL

NOTEBOOKS = sorted((project.ROOT / "notebooks").glob("*.ipynb"))
STEPS = [path for path in NOTEBOOKS if path.stem[:2].isdigit()]  # the others are for people
EXPLORING = "from opsdesk.explore.controls import Controls"
# A text or an empty block, and what it means.
PARAMETER = re.compile(r'[a-z_]+: (str = "[^"]*"|dict = \{\})  # \S.*')
BY_NAME = {"argvalues": NOTEBOOKS, "ids": lambda path: path.stem}


def cells(path, kind=None):
    return [
        cell for cell in json.loads(path.read_text())["cells"] if kind in (None, cell["cell_type"])
    ]


def run_nbval(*paths, **environment):
    """nbval as a person calls it, in one process: later notebooks read what earlier ones wrote."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        "-q",
        "--nbval",
        *map(str, paths),
    ]
    command += [
        "--nbval-sanitize-with",
        str(project.ROOT / "tests" / "nbval.cfg"),
        "-c",
        os.devnull,
        "--rootdir",
        str(paths[0].parent),
    ]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environment
    )


@pytest.mark.xdist_group("sample-outputs")
def test_stored_outputs_are_what_the_notebooks_say_today():
    done = run_nbval(*NOTEBOOKS)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout


@pytest.mark.xdist_group("sample-outputs")
def test_a_changed_number_is_found(tmp_path):
    """The proof that nbval compares: one stored count of rejected rows is made wrong in a copy."""
    copy = Path(shutil.copy(NOTEBOOKS[0], tmp_path))
    text = copy.read_text()
    assert "2,971" in text or "2971" in text
    copy.write_text(text.replace("2971", "2972").replace("2,971", "2,972"))
    done = run_nbval(copy)
    assert done.returncode == 1
    # it is in the outputs of several cells
    assert re.search(r"\b[1-9] failed", done.stdout), done.stdout[-2000:]


@pytest.mark.parametrize("path", **BY_NAME)
def test_half_of_a_notebook_is_prose_and_its_code_is_short(path):
    code, prose = cells(path, "code"), cells(path, "markdown")
    assert len(prose) >= len(code)
    for cell in code:
        source = "".join(cell["source"])
        is_parameters = "parameters" in cell["metadata"].get(
            "tags", []
        )  # a line each, however many there are
        assert is_parameters or len(source.strip().splitlines()) <= 12, source
        banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While)
        assert not any(isinstance(node, banned) for node in ast.walk(ast.parse(source))), source
        assert "SELECT" not in source


@pytest.mark.parametrize("path", **BY_NAME)
def test_counts_are_stored_so_that_outputs_are_compared(path):
    assert [cell["execution_count"] for cell in cells(path, "code")] == list(
        range(1, len(cells(path, "code")) + 1)
    )
    assert not any(
        output["output_type"] in ("error", "stream")
        for cell in cells(path, "code")
        for output in cell["outputs"]
    )


def parameter_lines(path):
    (tagged,) = [
        cell for cell in cells(path, "code") if "parameters" in cell["metadata"].get("tags", [])
    ]
    return "".join(tagged["source"]).splitlines()


@pytest.mark.parametrize("path", **BY_NAME)
def test_one_parameters_cell_a_line_each_with_its_meaning(path):
    lines = parameter_lines(path)
    assert len(lines) <= 9
    for line in lines:
        assert PARAMETER.fullmatch(line), line


@pytest.mark.parametrize("path", **BY_NAME)
def test_a_notebook_is_set_up_in_four_lines(path):
    set_up = cells(path, "code")[1]
    lines = [line for line in "".join(set_up["source"]).splitlines() if line]
    assert len(lines) <= 4
    assert lines[0] == ("import opsdesk" if path in STEPS else EXPLORING)
    begins = (
        "workbench = opsdesk.start_notebook(" if path in STEPS else "desk = Controls.open_desk("
    )
    assert lines[-1].startswith(begins)


def test_a_notebook_for_people_is_no_step_and_has_no_widget_stored():
    (explore,) = set(NOTEBOOKS) - set(STEPS)
    assert explore.stem == "explore"
    assert "explore" not in declared_parameters(explore.parent)
    assert "widget-view" not in explore.read_text()
    (shown,) = [
        cell["outputs"] for cell in cells(explore, "code") if "Controls(desk)" in cell["source"]
    ]
    assert [output["data"]["text/plain"] for output in shown] == [[WITHOUT_KERNEL]]


@pytest.mark.parametrize("path", **BY_NAME)
def test_kernel_and_metadata_are_bare(path):
    metadata = json.loads(path.read_text())["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert set(metadata) <= {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in cells(path))


@pytest.mark.parametrize("path", **BY_NAME)
def test_same_opening_same_ending(path):
    titles = [
        line
        for cell in cells(path, "markdown")
        for line in "".join(cell["source"]).splitlines()
        if line.startswith("#")
    ]
    assert titles[0].startswith(f"# {path.stem[:2]} ") or titles[0].startswith("# ")
    assert titles[1] == "## Parameters"
    assert titles[-2:] == ["## What this wrote", "## Next"]
