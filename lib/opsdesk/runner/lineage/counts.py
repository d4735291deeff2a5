"""How many rows a step has left, read from the ledgers that it wrote; no table is counted."""

import json

from opsdesk.config.parameters import Parameters
from opsdesk.ingest.alarm import counts_of, number_of
from opsdesk.instants import read_instant
from opsdesk.lake.lake import EVENTS_KEY, Record
from opsdesk.lake.names import EVENTS, TICKETS
from opsdesk.runner.lineage.datasets import Rows
from opsdesk.runner.state import read_estimated, read_lake_record, read_published


def read_counts(step: str, parameters: Parameters) -> tuple[Rows, str]:
    """Return the rows after a step, and the moment the tables describe (UTC), "" before them.

    Raises:
        OpsdeskError: lake or warehouse cannot be read.
    """
    word = step.partition("_")[2]
    if word == "ingest":
        return _in_the_lake(parameters), ""
    if word not in ("backfill", "transform", "foresight", "trends"):
        return {}, ""
    published = read_published(parameters)
    parts = dict(published.months)
    agents = parts.pop("agents", 0)
    events = sum(rows for name, rows in parts.items() if name.startswith(EVENTS.prefix))
    tickets = sum(parts.values()) - events
    rows = {TICKETS.table: tickets, "agents_raw": agents, EVENTS.table: events}
    if word == "backfill":
        return rows | _in_the_lake(parameters), ""
    as_of, tables, *_ = published.publication or ("", "{}", "")
    rows |= json.loads(tables)
    if word in ("foresight", "trends"):
        rows |= read_estimated(parameters)
    return rows, _instant(as_of)


def _in_the_lake(parameters: Parameters) -> dict[str, int]:
    record, _ = read_lake_record(parameters)
    changes = record.get(EVENTS_KEY) or {}  # {} where there never were any
    rejects = [*counts_of(record, "rejected").values(), *counts_of(changes, "rejected").values()]
    found = {
        "export": number_of(record, "rows"),
        "agents": number_of(record, "agents"),
        "lake": _rows_of_months(record),
        "events": number_of(changes, "rows"),
        "lake_events": _rows_of_months(changes) if changes else None,
        "rejects": sum(rejects),
    }
    return {name: rows for name, rows in found.items() if rows is not None}


def _rows_of_months(record: Record) -> int:
    return sum(rows for _, _, rows, _ in record.get("months", []))


def _instant(as_of: str) -> str:
    """Return the instant of a wall time that is followed by its zone."""
    if not as_of:
        return ""
    wall_time, _, zone = as_of.rpartition(" ")
    return read_instant("as_of", wall_time, zone).isoformat()


def given_as_of(parameters: Parameters, run_at: str) -> str:
    """Return the moment that the parameter `as_of` names; "" where only the data tell."""
    given = parameters.values.get("as_of", "latest")
    if given == "latest":
        return ""
    if given == "now":
        return run_at
    return read_instant("as_of", given, parameters.values.get("timezone", "UTC")).isoformat()
