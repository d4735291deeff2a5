"""What a mapping says of the SLA clock: one function per key.

`where` is the file, as messages name it.
"""

from typing import Any

from opsdesk.errors import OpsdeskError
from opsdesk.ingest import mapping_checks as check
from opsdesk.ingest.mapping_words import one_of

SLA_PRIORITIES = ("in_force", "at_creation")


def paused_statuses(where: str, block: dict[str, Any]) -> tuple[str, ...]:
    """Return the statuses that stop the SLA clock; none of them may mean closed."""
    paused = check.texts(where, "paused_statuses", block.get("paused_statuses") or [])
    closed = {text.lower() for text in block.get("closed_statuses") or []}
    for text in paused:
        if text.lower() in closed:
            raise OpsdeskError(
                f"{where}: {text!r} is in closed_statuses and in paused_statuses: a ticket is "
                "either closed or waits. Keep it in one of them."
            )
    return paused


def sla_priority(where: str, block: dict[str, Any]) -> str:
    """Return whether the target is that of the priority `in_force`, or of that `at_creation`."""
    return one_of(where, "sla_priority", block, SLA_PRIORITIES)
