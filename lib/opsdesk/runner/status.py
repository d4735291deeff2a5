"""What there is for a params file: its past runs, the loaded months, the published tables, the rejected rows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from opsdesk import project
from opsdesk.config.locations import BigQueryLocation, read_warehouse
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.open import open_lake
from opsdesk.runner import lock
from opsdesk.runner.record import RunRecord, past_runs
from opsdesk.warehouse.billing import Billed

RUNS_SHOWN = 10
PATIENCE = 2.0  # seconds


class Status(NamedTuple):
    """What `opsdesk status` tells. `problem` says why the warehouse could not be asked."""

    holder: str | None
    runs: list[RunRecord]
    months: list[tuple[str, int]]
    as_of: str | None
    tables: dict[str, int]
    rejected: dict[str, int]
    rejects_folder: str
    problem: str | None


def read_status(parameters: Parameters) -> Status:
    """The state of the outputs of `parameters`; an empty one when nothing has run yet."""
    problem, months, publication = None, [], None
    try:
        months, publication = _warehouse_state(parameters)
    except OpsdeskError as error:
        problem = str(error)
    rejected, folder, unread = _rejected(parameters)
    return Status(
        holder=lock.describe(parameters.outputs) if lock.is_held(parameters.outputs) else None,
        runs=past_runs(parameters.outputs),
        months=months,
        as_of=publication[0] if publication else None,
        tables=json.loads(publication[1]) if publication else {},
        rejected=rejected,
        rejects_folder=folder,
        problem=problem or unread,
    )


def status_lines(parameters: Parameters, status: Status) -> Iterator[str]:
    """The status as lines to print."""
    shown = project.shown(parameters.path)
    yield f"{shown} writes to {project.shown(parameters.outputs)}"
    if status.holder:
        yield f"{status.holder}."
    if status.problem:
        yield status.problem
    if not status.runs and not status.months and not status.problem:
        yield f"Nothing has run yet: type `opsdesk run {shown}`."
        return
    yield from _run_lines(status.runs)
    yield from _counts("Loaded by month, UTC (rows)", dict(status.months), "none yet")
    yield from _counts(f"Published tables (rows){_as_of(status)}", status.tables, "none yet")
    yield from _counts(f"Rejected rows ({status.rejects_folder})", status.rejected, "none")


def _run_lines(runs: list[RunRecord]) -> Iterator[str]:
    yield f"\nRuns ({len(runs)})"
    for run in runs[:RUNS_SHOWN]:
        yield f"  {run.run_id}  started {run.run_at[:19].replace('T', ' ')} UTC  {run.outcome}  {run.seconds:.1f} s"
        if run.billed and not run.billed.get("is_free"):
            yield f"    {Billed(**run.billed).says}"
        if run.error:
            yield f"    {run.error}"
    if len(runs) > RUNS_SHOWN:
        yield f"  and {len(runs) - RUNS_SHOWN} before"


def _counts(title: str, counts: dict[str, int], nothing: str) -> Iterator[str]:
    yield f"\n{title}{'' if counts else ': ' + nothing}"
    width = max(map(len, counts), default=0)
    for name, rows in counts.items():
        yield f"  {name:<{width}}  {rows:>12,}"


def _as_of(status: Status) -> str:
    return f", as of {status.as_of}" if status.as_of else ""


def _rejected(parameters: Parameters) -> tuple[dict[str, int], str, str | None]:
    """Rejected rows by reason, the folder they are kept in, and why the lake could not be asked."""
    url = parameters.values["lake"]
    try:
        lake = open_lake(url, GoogleConnection.of(parameters.block("google")))
        rejected = lake.record().get("rejected")
    except OpsdeskError as error:
        return {}, url, str(error)
    return rejected if isinstance(rejected, dict) else {}, f"{lake.store.url}/rejects", None


def _warehouse_state(parameters: Parameters) -> tuple[list[tuple[str, int]], tuple | None]:
    """The loaded months with their rows; as_of and the rows by table (JSON) of the last publication."""
    place = read_warehouse(parameters.values["warehouse"])
    if isinstance(place, BigQueryLocation):
        from opsdesk.warehouse.bigquery.state import read_state

        return read_state(place, GoogleConnection.of(parameters.block("google")), PATIENCE)
    return _file_state(place.path)


def _file_state(path: Path) -> tuple[list[tuple[str, int]], tuple | None]:
    if not path.exists():
        return [], None
    from opsdesk.duckdb_file import (
        connect,  # bare DuckDB, not the warehouse: pandas takes longer than all the rest
    )

    with connect(path, read_only=True, patience=PATIENCE) as connection:
        known = {
            name
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        }
        months = (
            connection.execute("SELECT part, rows FROM _loads ORDER BY part").fetchall()
            if "_loads" in known
            else []
        )
        as_of = "strftime(as_of AT TIME ZONE timezone, '%Y-%m-%d %H:%M:%S ') || timezone"
        latest = f"SELECT {as_of}, rows FROM _runs ORDER BY rowid DESC LIMIT 1"
        return months, connection.execute(latest).fetchone() if "_runs" in known else None
