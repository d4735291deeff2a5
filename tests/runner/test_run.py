"""Runs with real papermill and real kernels on tiny notebooks: order, failures, dead kernels, the lock, the record."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from queue import Empty
from time import monotonic, sleep

import psutil
import pytest
from jupyter_core.utils import run_sync

from opsdesk import project
from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.runner import notebook
from opsdesk.runner import run as pipeline
from opsdesk.runner.choice import chosen_steps
from opsdesk.runner.kernels import Kernels
from opsdesk.runner.lock import run_lock
from opsdesk.runner.record import past_runs
from tiny_project import make_project

MOMENT = datetime(2026, 11, 24, 3, 1, 47, 123456, tzinfo=UTC)


def run(from_step=None, only_step=None, overrides=None, said=None, file="params/mine.yaml"):
    say = (said if said is not None else []).append
    parameters = read_parameters(file, overrides or {})
    chosen = chosen_steps(parameters.steps, from_step, only_step)
    return pipeline.run(parameters, chosen, lambda: MOMENT, say)


def kernels_left():
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "ipykernel" in command(child)
    ]


def command(process):
    """The command line of a process; one that has ended and was not waited for has none."""
    with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def written(record):
    return json.loads((record.folder / "run.json").read_text())


def test_notebooks_run_in_sequence_with_their_parameters(monkeypatch, tmp_path):
    seen = tmp_path / "seen"
    note = f"with open({str(seen)!r}, 'a') as f: print({{}}, run_at, file=f)"
    make_project(
        monkeypatch,
        tmp_path / "a {folder}",
        ingest=[note.format("lake, export")],
        backfill=[note.format("warehouse")],
        transform=[note.format("timezone")],
    )
    said = []
    record = run(overrides={"export": 'it\'s "x".csv'}, said=said)
    assert seen.read_text().splitlines() == [
        'outputs/mine/lake it\'s "x".csv 2026-11-24T03:01:47.123+00:00',
        "duckdb:outputs/mine/opsdesk.duckdb 2026-11-24T03:01:47.123+00:00",
        "UTC 2026-11-24T03:01:47.123+00:00",
    ]
    assert (record.outcome, record.exit_code, record.run_id) == ("done", 0, "20261124T030147-123")
    content = written(record)
    assert [(step["step"], step["status"]) for step in content["steps"]] == [
        ("01_ingest", "done"),
        ("02_backfill", "done"),
        ("03_transform", "done"),
    ]
    assert content["outcome"] == "done" and content["parameters"]["timezone"] == "UTC"
    assert sorted(file.name for file in record.folder.iterdir()) == [
        "01_ingest.ipynb",
        "02_backfill.ipynb",
        "03_transform.ipynb",
        "run.json",
    ]
    assert said[0] == "03:01:47  Run 20261124T030147-123 of params/mine.yaml"
    assert said[1] == "03:01:47  01_ingest  running"
    assert said[2].startswith("03:01:47  01_ingest  done in ")
    assert kernels_left() == []


def test_a_kernel_has_imported_what_its_notebook_asks_for(monkeypatch, tmp_path):
    found = tmp_path / "found"
    look = "import sys; print([m for m in {} if m in sys.modules], [m for m in {} if m in sys.modules], file=open({!r}, 'a'))"
    step, other = "opsdesk.steps.{}", "opsdesk.display.time_charts"
    words = ["ingest", "backfill", "transform"]
    looks = {word: [look.format([step.format(word)], [other], str(found))] for word in words}
    make_project(monkeypatch, tmp_path, **looks)
    assert run().outcome == "done"
    assert found.read_text().splitlines() == [
        "['opsdesk.steps.ingest'] []",
        "['opsdesk.steps.backfill'] []",
        "['opsdesk.steps.transform'] []",
    ]


def imports_of_workbench():
    """The import lines inside each method of the workbench, by the method's name."""
    tree = ast.parse((project.ROOT / "lib" / "opsdesk" / "workbench.py").read_text())
    (bench,) = (node for node in tree.body if getattr(node, "name", "") == "Workbench")
    return {
        method.name: [
            ast.unparse(line)
            for line in method.body
            if isinstance(line, ast.Import | ast.ImportFrom)
        ]
        for method in bench.body
        if isinstance(method, ast.FunctionDef)
    }


@pytest.mark.parametrize(
    "step", ["01_ingest", "02_backfill", "03_transform", "04_foresight", "05_trends"]
)
def test_nothing_of_opsdesk_is_left_to_import_for_a_notebook(step):
    """In a fresh Python: what `AHEAD` names, then all that the committed notebook imports."""
    notebook = json.loads((project.ROOT / "notebooks" / f"{step}.ipynb").read_text())
    code = "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"
    )
    imports = re.findall(r"^(?:import|from) .*", code, re.MULTILINE)
    asked = [f"opsdesk.{name}" for name in re.findall(r"\bopsdesk\.(\w+)\(", code)]
    steps = re.findall(r"\bworkbench\.(\w+)\(", code)
    inside = [line for name in steps for line in imports_of_workbench()[name]]
    assert steps and inside and any("opsdesk" in line for line in imports)
    program = f"""
import sys
from importlib import import_module
from opsdesk.runner.ahead import AHEAD
for module in AHEAD[{step!r}]:
    import_module(module)
before = set(sys.modules)
{"; ".join([*imports, *asked, *inside])}
late = set(sys.modules) - before
print(sorted(name for name in late if name.startswith(("opsdesk", "pandas", "duckdb"))))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stdout + done.stderr


def test_the_client_starts_as_soon_as_the_kernel_has_answered(tmp_path):
    """What is still on its way then stays there: the usual client waits until nothing has come for a while."""
    with Kernels(tmp_path, tmp_path / "log") as kernels:
        client = kernels.take("any", None).client()
        client.start_channels()
        run_sync(client.wait_for_ready)(60)
        with suppress(
            Empty
        ):  # of the start; when the kernel heard of this listener is a matter of chance
            while True:
                run_sync(client.get_iopub_msg)(timeout=1)
        run_sync(client.wait_for_ready)(60)
        assert run_sync(client.get_iopub_msg)(timeout=10)["content"] == {"execution_state": "idle"}
        client.stop_channels()


def test_failing_cell_stops_the_run_and_is_named(monkeypatch, tmp_path):
    cells = ["x = 1", "\n# the file\nraise opsdesk_error('tickets.csv is empty: export it again.')"]
    cells[0] = "from opsdesk.errors import OpsdeskError as opsdesk_error"
    make_project(monkeypatch, tmp_path, ingest=cells, backfill=["open('/nowhere')"], transform=[""])
    record = run()
    assert (record.outcome, record.exit_code) == ("failed", 1)
    assert (
        record.error
        == "01_ingest failed in cell 4 (Load: `# the file`): tickets.csv is empty: export it again."
    )
    copy = json.loads((record.folder / "01_ingest.ipynb").read_text())
    assert copy["cells"][-1]["outputs"][0]["ename"] == "OpsdeskError"
    assert [step["status"] for step in written(record)["steps"]] == ["failed", "pending", "pending"]
    assert (
        "Traceback" in record.traceback
        and "Traceback" not in (record.folder / "run.json").read_text()
    )
    assert not (record.folder / "02_backfill.ipynb").exists()
    assert kernels_left() == []


@pytest.mark.parametrize(
    ("cell", "outcome", "exit_code", "says"),
    [
        pytest.param(
            "1 / 0",
            "failed",
            1,
            "cell 3 (Load: `1 / 0`): ZeroDivisionError: division by zero",
            id="error",
        ),
        pytest.param(
            "raise SystemExit(0)",
            "failed",
            1,
            "ended the notebook early (SystemExit 0)",
            id="exit 0",
        ),
        pytest.param(
            "import sys; sys.exit()",
            "failed",
            1,
            "the cell ended the notebook early",
            id="bare exit",
        ),
        pytest.param("raise SystemExit(2)", "failed", 1, "SystemExit: 2", id="exit 2"),
        pytest.param(
            "import os; os.kill(os.getpid(), 9)",
            "dead kernel",
            3,
            "signal SIGKILL in cell 3",
            id="killed",
        ),
        pytest.param(
            "import os; os._exit(7)", "dead kernel", 3, "ended with status 7 in cell 3", id="exited"
        ),
    ],
)
def test_ways_to_fail(monkeypatch, tmp_path, cell, outcome, exit_code, says):
    make_project(monkeypatch, tmp_path, ingest=[cell, "done = True"])
    record = run()
    assert (record.outcome, record.exit_code) == (outcome, exit_code)
    assert says in record.error
    assert (record.folder / "01_ingest.ipynb").exists()
    assert written(record)["outcome"] == outcome
    assert kernels_left() == []


def test_from_and_only(monkeypatch, tmp_path):
    steps = ["01_ingest", "02_backfill", "03_transform"]
    assert chosen_steps(steps, "backfill", None) == ["02_backfill", "03_transform"]
    for called in ("02_backfill", "backfill", "02", "2"):
        assert chosen_steps(steps, None, called) == ["02_backfill"]
    with pytest.raises(
        OpsdeskError, match="no step 'load': the steps are 01_ingest, 02_backfill, 03_transform"
    ):
        chosen_steps(steps, "load", None)
    with pytest.raises(OpsdeskError, match="exclude each other"):
        chosen_steps(steps, "1", "1")


def test_only_runs_one_step_and_writes_down_the_others_as_skipped(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1 / 0"], backfill=["1"])
    record = run(only_step="2")
    assert [(step.step, step.status) for step in record.steps] == [
        ("01_ingest", "skipped"),
        ("02_backfill", "done"),
    ]


def test_wrong_parameter_leaves_nothing_behind(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path)
    with pytest.raises(OpsdeskError):
        run(overrides={"timezone": "Mars"})
    assert not (tmp_path / "outputs").exists()


def test_second_run_says_who_holds_the_lock(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path)
    with run_lock(
        tmp_path / "outputs" / "mine", "20261124T030000-000", "2026-11-24T03:00:00+00:00"
    ):
        begun = monotonic()
        with pytest.raises(OpsdeskError) as caught:
            run()
        assert monotonic() - begun < 2
    assert str(caught.value) == (
        f"outputs/mine is in use by run 20261124T030000-000 (process {os.getpid()}, since 2026-11-24T03:00:00+00:00): "
        "wait for it to end, or stop it."
    )
    assert not (tmp_path / "outputs" / "mine" / "runs").exists()


def test_outputs_that_cannot_be_written(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path)
    (tmp_path / "outputs").write_text("a file in the way")
    with pytest.raises(
        OpsdeskError, match=r"outputs/mine cannot be written .*: the run needs a folder"
    ):
        run()


def test_full_disk_in_the_middle_is_a_sentence(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])

    def full(*_, **__):
        raise OSError(28, "No space left on device", str(tmp_path / "outputs" / "mine"))

    monkeypatch.setattr("opsdesk.runner.notebook.run_notebook", full)
    with pytest.raises(
        OpsdeskError, match=r"outputs/mine cannot be written \(No space left on device\)"
    ):
        run()
    assert past_runs(tmp_path / "outputs" / "mine")[0].outcome == "failed"
    assert kernels_left() == []


def start_apart(root, *options):
    code = (
        "import sys; from pathlib import Path; from opsdesk import project; project.ROOT = Path(sys.argv.pop(1)); "
        "from opsdesk.cli import main; main()"
    )
    command = [sys.executable, "-c", code, str(root), "run", "params/mine.yaml", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition, seconds=30):
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "waited in vain"
        sleep(0.05)


@pytest.mark.parametrize("options", [[], ["--debug"]], ids=["plain", "debug"])
def test_a_second_process_ends_with_its_own_code_and_changes_nothing(
    monkeypatch, tmp_path, options
):
    started, go_on = tmp_path / "started", tmp_path / "go_on"
    wait = (
        f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\n"
        f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.02)"
    )
    make_project(monkeypatch, tmp_path, ingest=[wait])
    first = start_apart(tmp_path)
    try:
        wait_for(started.exists)
        (folder,) = (tmp_path / "outputs/mine/runs").iterdir()
        second = start_apart(tmp_path, *options)
        said, errors = second.communicate(timeout=30)
        go_on.touch()
        first.communicate(timeout=30)
    finally:
        first.kill()
    since = json.loads((folder / "run.json").read_text())["run_at"]
    who = f"run {folder.name} (process {first.pid}, since {since})"
    assert (second.returncode, said) == (6, "")
    assert errors == f"opsdesk: outputs/mine is in use by {who}: wait for it to end, or stop it.\n"
    assert first.returncode == 0
    assert list((tmp_path / "outputs/mine/runs").iterdir()) == [folder]


@pytest.mark.parametrize(
    ("sent", "exit_code"),
    [pytest.param(signal.SIGINT, 130, id="Ctrl-C"), pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
     pytest.param(signal.SIGKILL, -9, id="kill -9")],
)  # fmt: skip
def test_interrupted_run_leaves_no_kernel_and_no_lock(monkeypatch, tmp_path, sent, exit_code):
    started = tmp_path / "started"
    wait = f"import os, time; open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    make_project(monkeypatch, tmp_path, ingest=[wait], backfill=["1"])
    process = start_apart(tmp_path)
    try:
        wait_for(lambda: started.exists() and started.read_text())
        descendants = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert len(descendants) >= 2  # this kernel, and the one for the next notebook
    assert process.returncode == exit_code
    assert "Traceback" not in errors
    wait_for(
        lambda: not any(child.is_running() and child.status() != "zombie" for child in descendants),
        10,
    )
    record = past_runs(tmp_path / "outputs" / "mine")[0]
    assert record.outcome == "interrupted"
    with run_lock(tmp_path / "outputs" / "mine", "next", "now"):
        pass


def test_a_signal_after_the_last_notebook_leaves_no_report(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])
    whole = notebook.run_notebook

    def stopped_at_its_end(notebook, copy, parameters, kernels, following):
        whole(notebook, copy, parameters, kernels, following)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(notebook, "run_notebook", stopped_at_its_end)
    monkeypatch.setattr("opsdesk.runner.sequence.REPORTED", "01_ingest")
    with pytest.raises(SystemExit):
        run()
    (folder,) = (tmp_path / "outputs/mine/runs").iterdir()
    assert json.loads((folder / "run.json").read_text())["outcome"] == "interrupted"
    assert not (folder / "report.html").exists()


def test_plain_papermill_runs_the_same_notebook_from_anywhere(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["print(lake)"])
    (tmp_path / "elsewhere").mkdir()
    command = [
        sys.executable,
        "-m",
        "papermill",
        "../notebooks/01_ingest.ipynb",
        "out.ipynb",
        "-f",
        "../params/mine.yaml",
    ]
    subprocess.run(command, cwd=tmp_path / "elsewhere", check=True, capture_output=True)
    assert "outputs/sample/lake" in (tmp_path / "elsewhere" / "out.ipynb").read_text()
