"""Checking what was published: the plan, the program that works it off, and what it found."""

import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd

from opsdesk import project
from opsdesk.config.locations import BigQueryLocation, read_warehouse
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.guards.file_mode import created_with
from opsdesk.quality.environment import VARIABLE, program, quality_python
from opsdesk.quality.plan import Plan, bigquery_place, duckdb_place, quality_plan
from opsdesk.quality.words import result_lines
from opsdesk.runner.outputs import claim_outputs
from opsdesk.warehouse.duckdb.private_copy import PrivateCopy
from opsdesk.warehouse.open import Warehouse, open_warehouse
from opsdesk.warehouse.versions import refuse_other_version

EXIT_CHECK_FAILED = 7
TERMINATED = 143  # what shells expect after SIGTERM
LOG = "quality.log"
DOCS = "quality"  # both in the outputs folder
NEEDED = (
    "The Python must be that of an environment with Great Expectations: type `make quality`, or "
    f"let {VARIABLE} name one made from deploy/quality/requirements.lock."
)


def check_quality(parameters: Parameters, say: Callable[[str], None]) -> int:
    """Check the published tables and write Data Docs; return 0, or 7 where a check failed.

    A DuckDB file is asked through a private copy, so that no run waits.

    Raises:
        OpsdeskError: there is no environment of Great Expectations, nothing is published yet, the
            checks could not be made, or BigQuery's tables were replaced while they were asked.
    """
    python = quality_python()
    command = [str(python), "-I", str(program())]
    with _end_in_order(), created_with(parameters.values["file_mode"]):
        suites, is_replaced = _checked(parameters, command)
    for line in result_lines(suites):
        say(line)
    say(f"Data Docs: {parameters.outputs / DOCS / 'index.html'}")
    has_failed = any(suite["findings"] for suite in suites)
    if has_failed and is_replaced:
        raise OpsdeskError(
            "A run published while the checks were made, so they may have seen old and new tables "
            "together: check again."
        )
    return EXIT_CHECK_FAILED if has_failed else 0


def _checked(parameters: Parameters, command: list[str]) -> tuple[list[dict[str, Any]], bool]:
    """Return the results of each suite, and whether a run published in the meantime."""
    location = parameters.values["warehouse"]
    place = read_warehouse(location)
    if isinstance(place, BigQueryLocation):
        google = GoogleConnection.of(parameters.block("google"))
        asked = bigquery_place(place, google)
        return _ask(open_warehouse(location, google), asked, parameters, command)
    if not place.path.exists():
        raise _nothing_yet(parameters)
    private = PrivateCopy(place.path)  # the copy is there as long as this is
    copy = private.refreshed()
    return _ask(open_warehouse(f"duckdb:{copy}"), duckdb_place(copy), parameters, command)


def _ask(
    warehouse: Warehouse, asked: dict[str, str], parameters: Parameters, command: list[str]
) -> tuple[list[dict[str, Any]], bool]:
    runs = warehouse.runs()
    if runs.empty:
        raise _nothing_yet(parameters)
    _refuse_other_version(warehouse, runs, parameters)
    claim_outputs(parameters)
    suites = _run(quality_plan(parameters, asked), command, parameters.outputs)
    return suites, _last_run(warehouse.runs()) != _last_run(runs)


def _last_run(runs: pd.DataFrame) -> str:
    return str(runs.iloc[-1]["run_id"])


def _refuse_other_version(warehouse: Warehouse, runs: pd.DataFrame, parameters: Parameters) -> None:
    remedy = f"type `opsdesk run {project.shown(parameters.path)} --from 2`"
    published = str(runs.iloc[-1]["parameters"])
    refuse_other_version(warehouse, published, remedy, parameters.values["warehouse"])


def _nothing_yet(parameters: Parameters) -> OpsdeskError:
    return OpsdeskError(
        f"Nothing is published yet: type `opsdesk run {project.shown(parameters.path)}`."
    )


def _run(plan: Plan, command: list[str], outputs: Path) -> list[dict[str, Any]]:
    """Let the program check, put the documents in their place, and return what it found."""
    with tempfile.TemporaryDirectory(prefix="quality-", dir=outputs) as folder:
        plan_file = Path(folder, "plan.json")
        plan_file.write_text(json.dumps(plan), encoding="utf-8")
        written = Path(folder, DOCS)
        written.mkdir()
        log = outputs / LOG
        try:
            exit_code = _wait([*command, str(plan_file), str(written)], log)
        except OSError as error:
            raise OpsdeskError(
                f"The checks were not made, {command[0]} cannot be run: {error.strerror}. {NEEDED}"
            ) from None
        results = written / "results.json"
        if exit_code or not results.exists():
            raise OpsdeskError(_ended_early(command[0], exit_code, log))
        found = json.loads(results.read_text(encoding="utf-8"))
        _replace(outputs / DOCS, written)
        return list(found["suites"])


def _wait(command: list[str], log: Path) -> int:
    """Run the program until it ends; it ends at the latest with us."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            return process.wait()
        finally:
            process.kill()
            process.wait()


def _ended_early(python: str, exit_code: int, log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if "Error" in line]
    why = f": {errors[-1].strip()}" if errors else ""
    return (
        f"The checks were not made, {python} ended with exit code {exit_code}{why}. "
        f"The whole log is {project.shown(log)}. {NEEDED}"
    )


def _replace(docs: Path, written: Path) -> None:
    """Put new documents in the place of the old ones."""
    old = written.with_name("old")
    with suppress(FileNotFoundError):
        docs.replace(old)
    shutil.move(written, docs)


@contextmanager
def _end_in_order() -> Iterator[None]:
    """Let SIGTERM end the block as an exception does: the program is ended, the copy removed."""

    def stop(number: int, frame: object) -> None:
        raise SystemExit(TERMINATED)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # outside the main thread, signals are not ours to handle
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
