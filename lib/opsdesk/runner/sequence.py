"""The notebooks of a run, one after the other, then the report and the figures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from opsdesk import project
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import parse_json
from opsdesk.ingest.threshold import why_held_back
from opsdesk.runner import morning
from opsdesk.runner.failures import StepError
from opsdesk.runner.record import (
    DEAD_KERNEL,
    DONE,
    FAILED,
    HELD_BACK,
    INTERRUPTED,
    RUNNING,
    SKIPPED,
    RunRecord,
    Step,
)
from opsdesk.runner.state import Backlog, read_backlog, read_lake_record, read_sla_clock
from opsdesk.runner.summary import Summary, make_summary
from opsdesk.runner.targets import judged_targets, target_records
from opsdesk.warehouse.billing import Billed, read_billed, total

if TYPE_CHECKING:
    from opsdesk.brief.facts import Facts
    from opsdesk.runner.kernels import Kernels
    from opsdesk.runner.lineage.lineage import Lineage

INGEST = "01_ingest"
TRANSFORM = "03_transform"
PUBLISHING = ("02_backfill", TRANSFORM)
REPORTED = "05_trends"  # the notebook whose charts the report shows
Log = Callable[[str], None]


def run_notebooks(record: RunRecord, parameters: Parameters, lineage: "Lineage", log: Log) -> None:
    """Run the notebooks that are not skipped until one fails; the record says how far they came."""
    from opsdesk.runner.kernels import Kernels

    to_run = [step for step in record.steps if step.status != SKIPPED]
    if to_run[0].step in PUBLISHING:
        _hold_back(record, parameters)
        if record.outcome != RUNNING:
            return
    following = [step.step for step in to_run[1:]]
    kernels_log = record.folder / "kernels.log"
    with Kernels(project.notebooks_folder(), kernels_log) as kernels:
        kernels.start_ahead(to_run[0].step)  # it starts while papermill is imported
        for step, next_step in zip(to_run, [*following, None], strict=True):
            if step.step == REPORTED:
                morning.import_ahead()
            _run_step(step, next_step, record, parameters, kernels, lineage, log)
            if step.step == INGEST and record.outcome == RUNNING:
                _hold_back(record, parameters)
            if record.outcome != RUNNING:
                break
        else:
            kernels.refuse_if_stopped()
            _finish(record, parameters, log)  # while the last kernel tidies up
    if record.outcome != DEAD_KERNEL:  # then its last words are worth keeping
        kernels_log.unlink(missing_ok=True)


def _hold_back(record: RunRecord, parameters: Parameters) -> None:
    """End the run where too many rows of the export were rejected; the record says why."""
    if "lake" not in parameters.values:
        return
    lake_record, _ = read_lake_record(parameters)
    why = why_held_back(lake_record, parameters.values["max_rejected_share"])
    if why:
        record.outcome = HELD_BACK
        record.error = why
        # the error that ends the run says what the alarms would
        record.summary = asdict(replace(make_summary(lake_record, None), alarms=[]))


def _run_step(
    step: Step,
    next_step: str | None,
    record: RunRecord,
    parameters: Parameters,
    kernels: "Kernels",
    lineage: "Lineage",
    log: Log,
) -> None:
    from opsdesk.runner.notebook import run_notebook

    copy = record.folder / f"{step.step}.ipynb"
    original = project.notebooks_folder() / copy.name
    given = parameters.for_step(step.step, record.run_at)
    try:
        with _timed(step, record, log), lineage.step(step.step):
            run_notebook(original, copy, given, kernels, next_step)
    except StepError as failure:
        record.outcome = failure.outcome
        record.error = failure.sentence
        record.traceback = failure.traceback
    finally:
        record.billed = _billed_so_far(record)


def _billed_so_far(record: RunRecord) -> dict[str, Any] | None:
    """Return what the executed copies of the run say that its jobs have billed."""
    copies = [record.folder / f"{step.step}.ipynb" for step in record.steps]
    executed = [parse_json(copy.read_text(encoding="utf-8")) for copy in copies if copy.exists()]
    whole = total(billed for billed in map(read_billed, executed) if billed)
    return asdict(whole) if whole else None


@contextmanager
def _timed(step: Step, record: RunRecord, log: Log) -> Iterator[None]:
    started = perf_counter()
    step.status = RUNNING
    record.save()
    log(f"{step.step}  running")
    try:
        yield
        step.status = DONE
    except BaseException as error:
        step.status = FAILED if isinstance(error, Exception) else INTERRUPTED
        raise
    finally:
        step.seconds = round(perf_counter() - started, 3)
        record.save()  # a later run asks which step a killed run was in
        log(f"{step.step}  {step.status} in {step.seconds:.1f} s")


def _finish(record: RunRecord, parameters: Parameters, log: Log) -> None:
    """Write the report and the digest if the trends were drawn, and collect the figures.

    What cannot be read or written here is said, and is no reason to fail a run that is through.
    """
    facts, problem = None, ""
    if any(step.step == REPORTED and step.status == DONE for step in record.steps):
        try:
            facts = _write_morning(record, parameters)
            log("Report written")
        except OpsdeskError as error:
            problem = f"There is no report: {error}"
    summary = _summarise(parameters, facts)
    said = " ".join(filter(None, [problem, summary.problem])) or None
    work = _write_work(record, parameters)
    record.summary = asdict(replace(summary, problem=said, work=work))


def _write_morning(record: RunRecord, parameters: Parameters) -> "Facts":
    """Write the report and the digest into the run's folder; return what they say."""
    warehouse = morning.open_published(parameters)
    facts = morning.read_morning(warehouse, parameters)
    steps = [asdict(step) for step in record.steps]
    page = morning.morning_page(facts, parameters, steps)
    morning.write_morning(page, record.folder)
    record.billed = _with(record.billed, warehouse.billed)
    return facts


def _with(billed: dict[str, Any] | None, more: Billed) -> dict[str, Any] | None:
    """Return what the steps have billed with what the report has."""
    counts = [more] if billed is None else [Billed(**billed), more]
    whole = total(counts)
    return asdict(whole) if whole else None


def _write_work(record: RunRecord, parameters: Parameters) -> str:
    """Write the files of work_next, where this run has published tables or shown them."""
    done = {step.step for step in record.steps if step.status == DONE}
    if not done & {TRANSFORM, REPORTED} or "rules" not in parameters.values:
        return ""
    from opsdesk.runner.work_files import work_sentence

    return work_sentence(record.folder, parameters)


def _summarise(parameters: Parameters, facts: "Facts | None") -> Summary:
    """Return the figures; what cannot be read is no reason to fail a run that is through."""
    try:
        lake_record, _ = read_lake_record(parameters)
        backlog = read_backlog(parameters)
        sla_clock = facts.clock_words if facts else read_sla_clock(parameters)
    except OpsdeskError as error:
        return Summary(problem=f"The figures could not be read: {error}")
    if backlog is None:  # nothing is published that a target could be judged on
        return make_summary(lake_record, None)
    return replace(_judged(parameters, facts, lake_record, backlog), sla_clock=sla_clock)


def _judged(
    parameters: Parameters, facts: "Facts | None", lake_record: dict[str, Any], backlog: Backlog
) -> Summary:
    """Return the figures with the targets, as the report judged them or as they are judged now."""
    if facts is not None:
        targets = target_records(facts.judged)
        return make_summary(lake_record, backlog, targets, facts.targets_problem or None)
    try:
        return make_summary(lake_record, backlog, judged_targets(parameters))
    except OpsdeskError as error:
        problem = f"The targets could not be judged: {error}"
        return make_summary(lake_record, backlog, problem=problem)
