"""The targets of a params file, judged on the published tables, as run.json keeps them."""

from typing import TYPE_CHECKING, Any

from opsdesk.config.parameters import Parameters
from opsdesk.runner.morning import day_names, open_published

if TYPE_CHECKING:
    from opsdesk.trends.judgement import Judgement

EXIT_OFF_TARGET = 5  # of `run --fail-on off_target`
MISSED = "missed"


def judged_targets(parameters: Parameters) -> list[dict[str, Any]]:
    """Return what became of each target; nothing where the params file has none.

    Raises:
        OpsdeskError: the warehouse cannot be read, or a segment is not there.
    """
    block = parameters.block("targets")
    if not any(block.values()):
        return []
    from opsdesk.trends.coverage import read_coverage
    from opsdesk.trends.judgement import judge_targets

    warehouse = open_published(parameters)
    names = day_names(parameters)
    return target_records(judge_targets(warehouse, read_coverage(warehouse), block, names))


def target_records(judged: list["Judgement"]) -> list[dict[str, Any]]:
    """Return judged targets as run.json keeps them."""
    from opsdesk.trends.target_words import target_record

    return [target_record(each) for each in judged]


def is_off_target(summary: dict[str, Any] | None) -> bool:
    """Return whether a target was missed, or none could be judged.

    A report that could not be written is a problem, too, but no target is missed by it.
    """
    found = summary or {}
    judged = found.get("targets", [])
    if not judged:
        return bool(found.get("problem"))
    return any(target["state"] == MISSED for target in judged)
