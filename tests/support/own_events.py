"""A small mapping with a block of changes, for tests that write their own log line by line."""

from pathlib import Path

from exports import run_ingest

MAPPING = """
columns: {ticket_id: id, created_at: created, resolved_at: resolved, status: state, priority: prio, agent_id: agent}
timestamps: ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"]
timezone: UTC
missing: ["-"]
values: {priority: {"1": High}}
closed_statuses: [Done]
paused_statuses: [Waiting]
sla_hours_by_priority: {High: 4, Low: 8.5}
"""
BLOCK = """
events:
  columns: {ticket_id: id, at: when, field: what, old: was, new: is}
  fields: {state: status, prio: priority, owner: agent_id, grp: team}
"""
TICKETS = "id,created,resolved,state,prio,agent\nT1,2023-01-02 10:00:00,,New,1,A\n"
HEADER = "id,when,what,was,is"
RUN_AT = "2024-01-01T00:00:00Z"


def write_log(folder: Path, *lines: str, name: str = "log.csv", header: str = HEADER) -> Path:
    """A log with these data lines."""
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in (header, *lines)), encoding="utf-8")
    return path


def feed(
    folder: Path,
    log: Path | str,
    kind: str = "full",
    block: str = BLOCK,
    tickets: str = TICKETS,
    rules: str = MAPPING,
    **changes: str,
):
    """Ingests tickets, one if nothing is said, and a log into folder/lake."""
    mapping = folder / "own.yaml"
    mapping.write_text(rules + block)
    export = folder / "tickets.csv"
    export.write_text(tickets)
    values = {"export_kind": kind, "run_at": RUN_AT, "events": str(log), **changes}
    return run_ingest(folder, export, mapping=str(mapping), **values)
