"""What is counted in every file: statuses, priorities, repeated ids, times in the wrong order."""

from opsdesk.guess.findings import Findings
from opsdesk.guess.format_choice import settle
from opsdesk.guess.known_forms import KnownForm
from opsdesk.guess.labels import (
    Priority,
    Status,
    count_repeated,
    count_statuses,
    count_texts,
    judge_known_status,
    judge_status,
)
from opsdesk.guess.times import count_backwards
from opsdesk.guess.words import flag_of, priority_of


def settle_orders(found: Findings) -> None:
    """Take the order of day and month over from a column that decides it."""
    names = found.table.header
    for place, times in found.times.items():
        others = [(names[other], one) for other, one in found.times.items() if other != place]
        found.times[place] = settle(times, [(names[place], times), *others])


def count_rows(found: Findings, left_out: list[str]) -> None:
    """Count statuses, priorities, repeated ids and what was resolved before it was created.

    Statuses are those of rows that meet no condition in `left_out`.
    """
    table = found.table
    sources = found.sources
    if "status" in sources:
        counted = count_statuses(
            table, sources["status"], sources.get("resolved_at", ()), found.missing, left_out
        )
        found.statuses = [_status(found.form, *one) for one in counted]
    if "priority" in sources:
        counts = count_texts(table, sources["priority"], found.missing)
        found.priorities = [_priority(found.form, *one) for one in counts]
    if "sla_breached" in sources and not found.form:
        texts = [text for text, _ in count_texts(table, sources["sla_breached"], found.missing)]
        found.flags = {text: flag_of(text) for text in texts if text not in ("true", "false")}
    if "ticket_id" in sources:
        found.repeated = count_repeated(table, sources["ticket_id"], found.missing)
    created = found.times_of("created_at")
    resolved = found.times_of("resolved_at")
    if created and resolved:
        found.backwards = count_backwards(table, created[0], resolved[0])


def _status(form: KnownForm | None, text: str, rows: int, resolved: int) -> Status:
    if not form:
        return judge_status(text, rows, resolved)
    ours = form.mapping.values.get("status", {}).get(text, text)
    return judge_known_status(text, rows, resolved, ours in form.mapping.closed_statuses)


def _priority(form: KnownForm | None, text: str, rows: int) -> Priority:
    if not form:
        return Priority(text, rows, priority_of(text))
    return Priority(text, rows, form.mapping.values.get("priority", {}).get(text, text))
