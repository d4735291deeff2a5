"""Runs that were killed: what they began and could not end, the next run ends with ABORT."""

from opsdesk.config.parameters import Parameters
from opsdesk.runner.record import INTERRUPTED, RUNNING, RunRecord, killed_runs


def killed_with_lineage(parameters: Parameters) -> list[RunRecord]:
    """Return the killed runs of a params file whose events went where its events go now."""
    target = parameters.values["lineage"]
    if not target:
        return []
    killed = killed_runs(parameters.outputs)
    return [record for record in killed if record.parameters.get("lineage") == target]


def mark_as_interrupted(record: RunRecord) -> None:
    """Write into the run.json of a killed run that it was interrupted: it is closed once only."""
    for step in record.steps:
        if step.status == RUNNING:
            step.status = INTERRUPTED
    record.outcome = INTERRUPTED
    record.save()
