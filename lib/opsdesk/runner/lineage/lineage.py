"""The lineage of one run: what the runner calls. Nothing that goes wrong here ends a run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from opsdesk import project
from opsdesk.config.lineage import is_address
from opsdesk.config.parameters import Parameters
from opsdesk.guards.texts import readable
from opsdesk.runner.lineage.checks import checked_tables, violated_check
from opsdesk.runner.lineage.counts import given_as_of, read_counts
from opsdesk.runner.lineage.datasets import Rows, datasets_of
from opsdesk.runner.lineage.delivery import Delivery, Target
from opsdesk.runner.lineage.endpoint import API_KEY, Endpoint
from opsdesk.runner.lineage.event_file import EventFile
from opsdesk.runner.lineage.events import (
    ABORT,
    CHECKS,
    COMPLETE,
    FAIL,
    START,
    STEP,
    WHOLE_RUN,
    Inputs,
    Job,
    make_event,
)
from opsdesk.runner.lineage.interrupted import killed_with_lineage, mark_as_interrupted
from opsdesk.runner.record import DONE, INTERRUPTED, RUNNING, RunRecord

NAMESPACE = "OPENLINEAGE_NAMESPACE"  # the variable by which OpenLineage's own clients take it
TRANSFORM = "transform"


class Lineage:
    """The events of a run, from its start to its end; none where `lineage` is empty.

    `variables` may have the key of a server and the namespace of the jobs.
    """

    def __init__(
        self,
        record: RunRecord,
        parameters: Parameters,
        clock: Callable[[], datetime],
        variables: Mapping[str, str],
    ) -> None:
        self.warnings: list[str] = []
        self._record = record
        self._parameters = parameters
        self._clock = clock
        self._namespace = variables.get(NAMESPACE) or "opsdesk"
        self._as_of = ""
        self._killed: list[RunRecord] = []
        self._delivery: Delivery | None = None
        target = parameters.values["lineage"]
        if target:
            with self._warning("the lineage"):
                self._delivery = Delivery(_target(target, variables.get(API_KEY, "")))
                self._killed = killed_with_lineage(parameters)
                self._as_of = given_as_of(parameters, record.run_at)

    def start(self) -> None:
        """Say that the run has begun, and before it that killed runs have ended."""
        for killed in self._killed:
            for step in killed.steps:
                if step.status == RUNNING:
                    self._send(ABORT, self._job(killed).part(step.step, STEP))
            self._send(ABORT, self._job(killed))
        self._send(START, self._job(self._record))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say that a step begins, and how it ended, with what it read and wrote."""
        self._send_step(START, name)
        try:
            yield
        except Exception as error:
            self._send_step(FAIL, name, str(error))
            raise
        except BaseException:  # Ctrl-C, or SIGTERM turned into SystemExit
            self._send_step(ABORT, name)
            raise
        self._send_step(COMPLETE, name)

    def end(self) -> None:
        """Say how the run ended, and wait a moment for what is not delivered yet."""
        if self._delivery is None:
            return
        kind = {DONE: COMPLETE, INTERRUPTED: ABORT}.get(self._record.outcome, FAIL)
        self._send(kind, self._job(self._record), self._record.error or "")
        problem = self._delivery.close()
        if problem:
            self.warnings.append(problem)
            return
        for killed in self._killed:
            with self._warning(f"run {killed.run_id}"):
                mark_as_interrupted(killed)

    def _send_step(self, kind: str, name: str, error: str = "") -> None:
        """Send an event of a step with its datasets, and then the result of its checks."""
        if self._delivery:
            with self._warning(f"all of {name}"):
                self._send_datasets(kind, name, error)

    def _send_datasets(self, kind: str, name: str, error: str) -> None:
        job = self._job(self._record).part(name, STEP)
        rows: Rows = {}
        with self._warning(f"the rows of {name}"):
            rows = self._counts(name) if kind == COMPLETE else {}
        inputs, outputs = datasets_of(name, self._parameters, rows)
        read = [dataset.as_input() for dataset in inputs]
        written = [dataset.as_output() for dataset in outputs]
        self._send(kind, job, error, read, written)
        violated = violated_check(error)
        if name.endswith(TRANSFORM) and (kind == COMPLETE or violated):
            tables = checked_tables(self._parameters.values, rows, violated)
            for each in (START, kind):
                self._send(each, job.part("checks", CHECKS), inputs=tables)

    def _job(self, record: RunRecord) -> Job:
        """Return the job that a run as a whole is."""
        folder = record.folder.absolute().as_posix()
        return Job(self._namespace, record.name, folder, WHOLE_RUN)

    def _counts(self, step: str) -> Rows:
        rows, as_of = read_counts(step, self._parameters)
        self._as_of = as_of or self._as_of
        return rows

    def _send(
        self,
        kind: str,
        job: Job,
        error: str = "",
        inputs: Inputs = (),
        outputs: Inputs = (),
    ) -> None:
        if self._delivery:
            moment = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
            event = make_event(kind, job, moment, self._as_of, error, inputs, outputs)
            self._delivery.send(event)

    @contextmanager
    def _warning(self, what: str) -> Iterator[None]:
        """Turn an error into a warning: what is said of a run must not end it."""
        try:
            yield
        except Exception as error:
            cause = readable(str(error)) or type(error).__name__
            self.warnings.append(f"OpenLineage is not sent {what}: {cause}")


def _target(text: str, key: str) -> Target:
    return Endpoint(text, key) if is_address(text) else EventFile(project.resolve(text))
