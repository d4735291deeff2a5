"""A run: the notebooks in sequence, one run at a time on an outputs folder.

Everything is kept in the run's own folder, outputs/NAME/runs/RUN_ID.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import opsdesk
from opsdesk import project
from opsdesk.config.notes import read_notes
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.guards.file_mode import created_with
from opsdesk.guards.texts import readable
from opsdesk.instants import run_id, zone_release
from opsdesk.lake.open import open_lake
from opsdesk.runner.latest import put_in_order
from opsdesk.runner.lineage.lineage import Lineage
from opsdesk.runner.lock import run_lock
from opsdesk.runner.outputs import claim_outputs
from opsdesk.runner.owners import take_ownership
from opsdesk.runner.places import set_modes
from opsdesk.runner.record import (
    DONE,
    FAILED,
    HELD_BACK,
    INTERRUPTED,
    RUNNING,
    SKIPPED,
    RunRecord,
    Step,
)
from opsdesk.runner.sequence import INGEST, REPORTED, TRANSFORM, Log, run_notebooks
from opsdesk.runner.summary import Summary, summary_lines

NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


def run(
    parameters: Parameters,
    chosen: list[str],
    clock: Callable[[], datetime],
    say: Callable[[str], None] = print,
    variables: Mapping[str, str] = NO_VARIABLES,
) -> RunRecord:
    """Run the `chosen` notebooks; the record's `outcome` and `exit_code` say how it ended.

    `clock` gives the time in the zone in which the log shows it. `say` takes each line.
    `variables` are those of the environment, for the lineage: see `lineage/endpoint`.

    Raises:
        OutputsInUseError: another run is at work on the outputs; nothing was run.
        OpsdeskError: nothing was run: the outputs belong to another params file, or cannot be
            written.
    """

    def log(line: str) -> None:
        say(f"{clock():%H:%M:%S}  {line}")

    record = _new_record(parameters, chosen, clock().astimezone(UTC))
    file_mode = parameters.values["file_mode"]
    with created_with(file_mode), _translate_disk_errors(record.folder):
        claim_outputs(parameters)
    with (
        created_with(file_mode),
        _translate_disk_errors(record.folder),
        run_lock(parameters.outputs, record.run_id, record.run_at),
    ):
        for line in take_ownership(parameters):
            log(line)
        set_modes(parameters)
        _check_mapping(parameters, chosen)
        _check_rules(parameters, chosen)
        _check_calendar(parameters, chosen)
        _check_notes(parameters, chosen)
        _refuse_lone_delta(parameters, chosen)
        lineage = Lineage(record, parameters, clock, variables)
        record.folder.mkdir(parents=True)
        record.save()
        log(f"Run {record.run_id} of {record.params_file}")
        _run_to_its_end(record, parameters, lineage, log)
        log(f"Run {record.outcome} in {record.seconds:.1f} s")
        if record.outcome == DONE:
            _keep(record, parameters, log)
    for line in _closing_lines(record):
        say(line)
    return record


def _check_mapping(parameters: Parameters, chosen: list[str]) -> None:
    """Read the mapping before anything runs."""
    if INGEST in chosen and "mapping" in parameters.values:
        from opsdesk.ingest.mapping import read_mapping

        read_mapping(parameters.values["mapping"])


def _check_rules(parameters: Parameters, chosen: list[str]) -> None:
    """Read the rules of work_next before anything runs."""
    if TRANSFORM in chosen and "rules" in parameters.values:
        from opsdesk.work.rules_file import read_rules

        read_rules(parameters.values["rules"])


def _check_calendar(parameters: Parameters, chosen: list[str]) -> None:
    """Read the calendar of the SLA clock before anything runs."""
    if TRANSFORM in chosen and parameters.values.get("calendar"):
        from opsdesk.calendars.calendar_file import read_clock

        read_clock(parameters.values["calendar"], parameters.values["timezone"])


def _check_notes(parameters: Parameters, chosen: list[str]) -> None:
    """Read the notes of days before anything runs; the country is checked with all parameters."""
    if REPORTED in chosen and "notes" in parameters.values:
        read_notes(parameters.values["notes"])


def _refuse_lone_delta(parameters: Parameters, chosen: list[str]) -> None:
    """Refuse a delta into a lake that is empty, or another than the warehouse is filled from."""
    if parameters.values.get("export_kind") != "delta" or INGEST not in chosen:
        return
    from opsdesk.warehouse.belonging import refuse_lone_delta
    from opsdesk.warehouse.open import open_warehouse

    google = GoogleConnection.of(parameters.block("google"))
    lake = open_lake(parameters.values["lake"], google)
    refuse_lone_delta(lake, open_warehouse(parameters.values["warehouse"], google))


def _new_record(parameters: Parameters, chosen: list[str], moment: datetime) -> RunRecord:
    name = run_id(moment)
    return RunRecord(
        run_id=name,
        run_at=moment.isoformat(timespec="milliseconds"),
        name=parameters.name,
        params_file=project.shown(parameters.path),
        parameters=dict(parameters.values),
        opsdesk=opsdesk.__version__,
        zones=zone_release(),
        folder=parameters.outputs / "runs" / name,
        steps=[Step(step) if step in chosen else Step(step, SKIPPED) for step in parameters.steps],
    )


def _run_to_its_end(record: RunRecord, parameters: Parameters, lineage: Lineage, log: Log) -> None:
    """Run the notebooks, and write down how that ended, whatever happens."""
    started = perf_counter()
    try:
        lineage.start()
        run_notebooks(record, parameters, lineage, log)
        if record.outcome == RUNNING:
            record.outcome = DONE
    except Exception as error:
        record.outcome = FAILED
        record.error = readable(str(error))
        raise
    except BaseException:  # Ctrl-C, or SIGTERM turned into SystemExit
        record.outcome = INTERRUPTED
        raise
    finally:
        record.seconds = round(perf_counter() - started, 3)
        record.save()
        _end_lineage(record, lineage, log)


def _end_lineage(record: RunRecord, lineage: Lineage, log: Log) -> None:
    """Say how the run ended where its lineage goes; what failed of that is a warning."""
    lineage.end()
    record.warnings += lineage.warnings
    for warning in lineage.warnings:
        log(f"WARNING: {warning}")
    if lineage.warnings:
        record.save()


def _keep(record: RunRecord, parameters: Parameters, log: Log) -> None:
    """Point `latest` at this run, and remove runs that are older than `keep_runs`."""
    try:
        put_in_order(record, int(parameters.values["keep_runs"]))
    except (OSError, OpsdeskError) as error:
        log(f"The run is good, but the older runs could not be put in order: {error}")


def _closing_lines(record: RunRecord) -> Iterator[str]:
    if record.outcome in (DONE, HELD_BACK) and record.summary is not None:
        yield ""
        yield from summary_lines(Summary(**record.summary), record.report)


@contextmanager
def _translate_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        path = Path(error.filename) if isinstance(error.filename, str) else folder
        cause = error.strerror or error
        raise OpsdeskError(
            f"{project.shown(path)} cannot be written ({cause}): "
            "the run needs a folder it may write to, with room."
        ) from error
