"""The targets of a params file, judged on the published tables, as run.json keeps them."""

from typing import TYPE_CHECKING, Any

from opsdesk.config.parameters import Parameters

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
    from opsdesk.google.connection import GoogleConnection
    from opsdesk.trends.coverage import read_coverage
    from opsdesk.trends.day_names import read_day_names
    from opsdesk.trends.judgement import judge_targets
    from opsdesk.warehouse.open import open_warehouse

    google = GoogleConnection.of(parameters.block("google"))
    warehouse = open_warehouse(parameters.values["warehouse"], google)
    given = [parameters.values.get(name, "") for name in ("notes", "holidays_country")]
    names = read_day_names(*given)
    judged = judge_targets(warehouse, read_coverage(warehouse), block, names)
    return target_records(judged)


def target_records(judged: list["Judgement"]) -> list[dict[str, Any]]:
    """Return judged targets as run.json keeps them."""
    from opsdesk.trends.target_words import target_record

    return [target_record(each) for each in judged]


def is_off_target(summary: dict[str, Any] | None) -> bool:
    """Return whether a target was missed, or could not be judged."""
    found = summary or {}
    is_missed = any(target["state"] == MISSED for target in found.get("targets", []))
    return is_missed or bool(found.get("problem"))
