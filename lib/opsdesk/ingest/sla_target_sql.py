"""The SQL of a ticket's promise: the hours of its SLA target, and whether it is one in days."""

from typing import NamedTuple

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.cells_sql import hours, number
from opsdesk.ingest.column_plan import ColumnPlan
from opsdesk.ingest.mapping_checks import LONGEST_SLA_HOURS

DAY_HOURS = 24
NEXT_DAY = ("next business day", "nbd")  # texts for one day, in small letters


class SlaTarget(NamedTuple):
    """SQL expressions: the text that a target comes from, its hours, and whether it is in days.

    The hours are NULL where there is no target or none that is valid; n days are 24 n hours.
    """

    text: str
    hours: str
    is_in_days: str


def select_target(plan: ColumnPlan) -> SlaTarget:
    """Return the SLA target of a row: its own, else that of its priority."""
    own = _own(plan)
    by_hours = plan.mapping.sla_hours_by_priority
    by_days = plan.mapping.sla_days_by_priority
    promises = {**by_hours, **{name: float(DAY_HOURS * days) for name, days in by_days.items()}}
    if not promises:
        return own
    cases = [f"WHEN {quoted(name)} THEN {long!r}" for name, long in promises.items()]
    promised = f"CASE priority_text {' '.join(cases)} END"
    in_days = f"priority_text IN ({', '.join(map(quoted, by_days))})" if by_days else "false"
    return SlaTarget(
        own.text,
        f"CASE WHEN {own.text} IS NULL THEN {promised} ELSE {own.hours} END",
        f"CASE WHEN {own.text} IS NULL THEN {in_days} ELSE {own.is_in_days} END",
    )


def _own(plan: ColumnPlan) -> SlaTarget:
    """Return the target that the row itself has."""
    text = "sla_hours_text"
    read = hours(plan, "sla_hours")
    if "due_at" in plan.targets:
        text = "due_at_text"
        read = "date_diff('second', created_at, due_at) / 3600"
    if "sla_days" in plan.targets:
        text = "sla_days_text"
        read = f"{DAY_HOURS} * {_days(plan, text)}"
    valid = f"CASE WHEN {read} > 0 AND {read} <= {LONGEST_SLA_HOURS} THEN {read} END"
    return SlaTarget(text, valid, "true" if "sla_days" in plan.targets else "false")


def _days(plan: ColumnPlan, text: str) -> str:
    """Return a whole number of days, NULL where the text is neither that nor the next day."""
    found = number(plan, text)
    next_day = f"lower({text}) IN ({', '.join(map(quoted, NEXT_DAY))})"
    return f"CASE WHEN {next_day} THEN 1 WHEN {found} = floor({found}) THEN {found} END"
