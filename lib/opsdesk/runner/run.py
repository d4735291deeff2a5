"""A run: the notebooks in sequence, one at a time on an outputs folder, everything kept in the run's own folder."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import opsdesk
from opsdesk import project
from opsdesk.config.parameters import Parameters, read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.instants import run_id
from opsdesk.runner.lock import run_lock
from opsdesk.runner.record import (
    DEAD_KERNEL,
    DONE,
    FAILED,
    INTERRUPTED,
    RUNNING,
    SKIPPED,
    RunRecord,
    Step,
)
from opsdesk.warehouse.billing import read_billed, total

REPORTED = "04_trends"  # the notebook whose charts the report shows


def run(
    params_file: str,
    overrides: Mapping[str, str],
    from_step: str | None,
    only_step: str | None,
    clock: Callable[[], datetime],
    say: Callable[[str], None] = print,
) -> RunRecord:
    """Run the notebooks and return the record; `outcome` and `exit_code` of it say how it ended.

    Raises:
        OpsdeskError: nothing was run: a parameter is wrong, the outputs are in use or cannot be written.
    """
    parameters = read_parameters(params_file, overrides)
    chosen = chosen_steps(parameters.steps, from_step, only_step)
    record = _new_record(parameters, chosen, clock().astimezone(UTC))
    with (
        _disk_errors_told(record.folder),
        run_lock(parameters.outputs, record.run_id, record.run_at),
    ):
        record.folder.mkdir(parents=True)
        record.save()
        say(f"Run {record.run_id} of {record.params_file}")
        _run_to_its_end(record, parameters, say)
    return record


def chosen_steps(steps: list[str], from_step: str | None, only_step: str | None) -> list[str]:
    """The steps to run. A step is called 01_ingest, ingest, 01 or 1.

    Raises:
        OpsdeskError: no such step, or both choices at once.
    """
    if from_step and only_step:
        raise OpsdeskError("--from and --only exclude each other: give one of them.")
    if only_step:
        return [_step_called(steps, only_step)]
    return steps[steps.index(_step_called(steps, from_step)) :] if from_step else steps


def _step_called(steps: list[str], called: str) -> str:
    for step in steps:
        number, _, word = step.partition("_")
        if called in (step, word, number, number.lstrip("0")):
            return step
    raise OpsdeskError(f"There is no step {called!r}: the steps are {', '.join(steps)}.")


def _new_record(parameters: Parameters, chosen: list[str], moment: datetime) -> RunRecord:
    return RunRecord(
        run_id=run_id(moment),
        run_at=moment.isoformat(timespec="milliseconds"),
        name=parameters.name,
        params_file=project.shown(parameters.path),
        parameters=dict(parameters.values),
        opsdesk=opsdesk.__version__,
        folder=parameters.outputs / "runs" / run_id(moment),
        steps=[Step(step) if step in chosen else Step(step, SKIPPED) for step in parameters.steps],
    )


def _run_to_its_end(record: RunRecord, parameters: Parameters, say: Callable[[str], None]) -> None:
    started = perf_counter()
    try:
        _run_notebooks(record, parameters, say)
        record.outcome = DONE if record.outcome == RUNNING else record.outcome
    except Exception as error:
        record.outcome, record.error = FAILED, str(error)
        raise
    except BaseException:  # Ctrl-C, or SIGTERM turned into SystemExit
        record.outcome = INTERRUPTED
        raise
    finally:
        record.seconds = round(perf_counter() - started, 3)
        record.save()


def _run_notebooks(record: RunRecord, parameters: Parameters, say: Callable[[str], None]) -> None:
    from opsdesk.runner.kernels import Kernels

    notebooks = project.notebooks_folder()
    to_run = [step for step in record.steps if step.status != SKIPPED]
    log = record.folder / "kernels.log"
    with Kernels(notebooks, log) as kernels:
        kernels.start_ahead(to_run[0].step)  # it starts while papermill is imported
        from opsdesk.runner.notebook import StepError, run_notebook

        for step, following in zip(
            to_run, [*(step.step for step in to_run[1:]), None], strict=True
        ):
            copy = record.folder / f"{step.step}.ipynb"
            given = parameters.for_step(step.step, record.run_at)
            try:
                with _timed(step, record, say):
                    run_notebook(notebooks / copy.name, copy, given, kernels, following)
            except StepError as failure:
                record.outcome, record.error, record.traceback = (
                    failure.outcome,
                    failure.sentence,
                    failure.traceback,
                )
                break
            finally:
                record.billed = _billed_so_far(record)
        if record.outcome == RUNNING and REPORTED in (
            step.step for step in record.steps if step.status == DONE
        ):
            kernels.refuse_if_stopped()
            _report(record, say)  # while the last kernel tidies up
    if record.outcome != DEAD_KERNEL:  # then its last words are worth keeping
        log.unlink(missing_ok=True)


def _billed_so_far(record: RunRecord) -> dict | None:
    """What the executed copies of the run say that its jobs have billed."""
    copies = (record.folder / f"{step.step}.ipynb" for step in record.steps)
    parts = (
        read_billed(json.loads(copy.read_text(encoding="utf-8")))
        for copy in copies
        if copy.exists()
    )
    whole = total(part for part in parts if part)
    return asdict(whole) if whole else None


@contextmanager
def _timed(step: Step, record: RunRecord, say: Callable[[str], None]) -> Iterator[None]:
    started = perf_counter()
    step.status = RUNNING
    record.save()
    say(f"{step.step}  running")
    try:
        yield
        step.status = DONE
    except BaseException as error:
        step.status = FAILED if isinstance(error, Exception) else INTERRUPTED
        raise
    finally:
        step.seconds = round(perf_counter() - started, 3)
        say(f"{step.step}  {step.status} in {step.seconds:.1f} s")


def _report(record: RunRecord, say: Callable[[str], None]) -> None:
    from opsdesk.display.report import write_report

    steps = [
        {"step": step.step, "status": step.status, "seconds": step.seconds} for step in record.steps
    ]
    write_report(record.folder, f"Ticket backlog and SLA: {record.name}", record.parameters, steps)
    say(f"Report: {project.shown(record.folder / 'report.html')}")


@contextmanager
def _disk_errors_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = (
            project.shown(Path(error.filename))
            if isinstance(error.filename, str)
            else project.shown(folder)
        )
        raise OpsdeskError(
            f"{where} cannot be written ({error.strerror or error}): the run needs a folder it may write to, with room."
        ) from error
