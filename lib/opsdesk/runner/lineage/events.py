"""Events: START, then COMPLETE, FAIL or ABORT, of a run as a whole, its steps and its checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from opsdesk.guards.texts import readable
from opsdesk.runner.lineage.facets import EVENT_SCHEMA, PRODUCER, Facets, facet

START = "START"
COMPLETE = "COMPLETE"
FAIL = "FAIL"
ABORT = "ABORT"
WHOLE_RUN = "RUN"
STEP = "NOTEBOOK"
CHECKS = "CHECKS"
Inputs = Sequence[dict[str, Any]]  # datasets as an event has them


@dataclass(frozen=True)
class Job:
    """A job in one run of it: `kind` is RUN, NOTEBOOK or CHECKS, `parent` the job it is part of.

    The id of the run follows from `key`. A later run finds it again, to close what was killed.
    """

    namespace: str
    name: str
    key: str
    kind: str
    parent: "Job | None" = None

    @property
    def run_id(self) -> str:
        """Return the id of the run, the same each time."""
        return str(uuid5(NAMESPACE_URL, f"opsdesk:{self.key}"))

    def part(self, name: str, kind: str) -> "Job":
        """Return a job that is part of this one."""
        return Job(self.namespace, f"{self.name}.{name}", f"{self.key}/{name}", kind, self)


def make_event(
    kind: str,
    job: Job,
    moment: str,
    as_of: str = "",
    error: str = "",
    inputs: Inputs = (),
    outputs: Inputs = (),
) -> dict[str, Any]:
    """Return an event of `kind` at `moment`; `as_of` is "" where it is not known yet."""
    job_type = {"processingType": "BATCH", "integration": "OPSDESK", "jobType": job.kind}
    return {
        "eventTime": moment,
        "eventType": kind,
        "producer": PRODUCER,
        "schemaURL": EVENT_SCHEMA,
        "run": {"runId": job.run_id, "facets": _run_facets(job, as_of, error)},
        "job": {
            "namespace": job.namespace,
            "name": job.name,
            "facets": facet("jobType", **job_type),
        },
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def _run_facets(job: Job, as_of: str, error: str) -> Facets:
    facets: Facets = {}
    if job.parent:
        parent = {"namespace": job.parent.namespace, "name": job.parent.name}
        facets |= facet("parent", run={"runId": job.parent.run_id}, job=parent)
    if as_of:
        facets |= facet("nominalTime", nominalStartTime=as_of)
    if error:
        facets |= facet("errorMessage", message=readable(error), programmingLanguage="python")
    return facets
