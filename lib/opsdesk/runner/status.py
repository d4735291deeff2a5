"""What is there for a params file: past runs, loaded months, published tables, rejected rows."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from opsdesk import project
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import parse_json
from opsdesk.guards.texts import one_line
from opsdesk.runner import lock
from opsdesk.runner.owners import other_owners
from opsdesk.runner.record import RunRecord, past_runs
from opsdesk.runner.state import Published, read_lake_record, read_published
from opsdesk.runner.summary import Summary, change_lines, issue_notes, make_summary
from opsdesk.warehouse.billing import Billed

RUNS_SHOWN = 10
NO_NOTES: Mapping[str, str] = MappingProxyType({})


class Status(NamedTuple):
    """What `opsdesk status` shows; `last` has the figures of the last ingest.

    `problems` says why the warehouse or the lake was not read.
    """

    holder: str | None
    owners: dict[str, str]
    runs: list[RunRecord]
    months: dict[str, int]
    as_of: str | None
    tables: dict[str, int]
    sla_clock: str
    last: Summary
    rejects_folder: str
    problems: list[str]


def read_status(parameters: Parameters) -> Status:
    """Return the state of the outputs of `parameters`; an empty one when nothing has run yet."""
    problems = []
    published = Published([], None)
    try:
        published = read_published(parameters)
    except OpsdeskError as error:
        problems.append(str(error))
    last = Summary()
    folder = parameters.values["lake"]
    try:
        record, url = read_lake_record(parameters)
        last = make_summary(record, None)
        folder = f"{url}/rejects"
    except OpsdeskError as error:
        problems.append(str(error))
    as_of, tables, sla_clock = published.publication or (None, "{}", "")
    outputs = parameters.outputs
    return Status(
        holder=lock.describe(outputs) if lock.is_held(outputs) else None,
        owners=other_owners(parameters),
        runs=past_runs(outputs),
        months=dict(published.months),
        as_of=as_of,
        tables=_tables(tables),
        sla_clock=sla_clock,
        last=last,
        rejects_folder=folder,
        problems=problems,
    )


def _tables(text: str) -> dict[str, int]:
    """Return the rows by table; nothing where a person wrote what is there."""
    try:
        tables = parse_json(text)
    except ValueError:
        return {}
    return tables if isinstance(tables, dict) else {}


def status_lines(parameters: Parameters, status: Status) -> Iterator[str]:
    """Return the status as lines to print."""
    shown = project.shown(parameters.path)
    yield f"{shown} writes to {project.shown(parameters.outputs)}"
    for location, owner in status.owners.items():
        yield f"{location} was last written by {owner}: a run of {shown} does not replace that."
    if status.holder:
        yield f"{status.holder}."
    yield from status.problems
    if not status.runs and not status.months and not status.problems:
        yield f"Nothing has run yet: type `opsdesk run {shown}`."
        return
    as_of = f", as of {status.as_of}" if status.as_of else ""
    yield from _run_lines(status.runs)
    yield from _count_lines("Loaded by month, UTC (rows)", status.months, "none yet")
    yield from _count_lines(f"Published tables (rows){as_of}", status.tables, "none yet")
    if status.sla_clock:
        yield f"  {one_line(status.sla_clock)}"
    yield from _export_lines(status.last, status.rejects_folder)


def _export_lines(last: Summary, rejects_folder: str) -> Iterator[str]:
    """Yield what the last ingest left out, assumed and found odd; the loud lines are last."""
    if last.excluded:
        yield from _count_lines("Excluded rows", last.excluded, "none")
    yield from _count_lines(f"Rejected rows ({rejects_folder})", last.rejected, "none")
    if last.issues:
        yield from _count_lines("Issues of kept rows", last.issues, "none", issue_notes(last))
    changes = {label.strip(): rows for label, rows, _ in change_lines(last)}
    if changes:
        yield from _count_lines("Changes of tickets", changes, "none")
    said = [*last.remarks, *last.alarms]
    if said:
        yield "\nThe last export"
        yield from (f"  {sentence}" for sentence in said)


def _run_lines(runs: list[RunRecord]) -> Iterator[str]:
    yield f"\nRuns ({len(runs)})"
    for run in runs[:RUNS_SHOWN]:
        started = run.run_at[:19].replace("T", " ")
        yield f"  {run.run_id}  started {started} UTC  {run.outcome}  {run.seconds:.1f} s"
        if run.billed and not run.billed.get("is_free"):
            yield f"    {Billed(**run.billed).says}"
        if run.error:
            yield f"    {run.error}"
    if len(runs) > RUNS_SHOWN:
        yield f"  and {len(runs) - RUNS_SHOWN} before"


def _count_lines(
    title: str, counts: Mapping[str, int], nothing: str, notes: Mapping[str, str] = NO_NOTES
) -> Iterator[str]:
    yield f"\n{title}" if counts else f"\n{title}: {nothing}"
    width = max(map(len, counts), default=0)
    for name, rows in counts.items():
        yield f"  {name:<{width}}  {rows:>12,}{notes.get(name, '')}"
