"""Changes as the rows of their day files: states and targets follow from their values."""

import hashlib

import duckdb

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.day_rows import DayRows, digest_sql
from opsdesk.ingest.events.log import state_sql
from opsdesk.ingest.mapping import Mapping
from opsdesk.lake.names import EVENTS

LATEST = 'max("at")'


def lake_rows(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> DayRows:
    """Return the rows for the lake, made of the table `events`."""
    con.execute(f"""CREATE VIEW event_rows AS
        SELECT *, {digest_sql(EVENTS)} FROM (
            SELECT ticket_id, moment AS "at", seq, field, old_value, new_value, {_derived(mapping)}
            FROM events)""")
    return DayRows(con, "event_rows", EVENTS, LATEST)


def derivation(mapping: Mapping) -> str:
    """Return what tells whether another mapping would derive other states or targets."""
    return hashlib.sha256(_derived(mapping).encode()).hexdigest()


def _derived(mapping: Mapping) -> str:
    states = [
        f"CASE WHEN field = 'status' THEN {_state(f'{side}_value', mapping)} END AS {side}_state"
        for side in ("old", "new")
    ]
    is_in_force = mapping.sla_priority == "in_force"
    hours = [
        f"{_hours('old_value', mapping)} AS old_sla_hours",
        f"{_hours('new_value', mapping) if is_in_force else 'NULL::DOUBLE'} AS new_sla_hours",
    ]
    return ", ".join([*states, *hours])


def no_rows(con: duckdb.DuckDBPyConnection) -> DayRows:
    """Return no rows: no change is left."""
    return DayRows(con, '(SELECT NULL::TIMESTAMP AS "at" WHERE false)', EVENTS, LATEST)


def _state(status: str, mapping: Mapping) -> str:
    return state_sql(status, mapping.closed_statuses, mapping.paused_statuses)


def _hours(priority: str, mapping: Mapping) -> str:
    """Return the target of a priority in hours, NULL where it has none or the field is another."""
    promises = mapping.sla_hours_by_priority
    if not promises:
        return "NULL::DOUBLE"
    cases = [f"WHEN {quoted(name)} THEN {long!r}::DOUBLE" for name, long in promises.items()]
    return f"CASE WHEN field = 'priority' THEN CASE {priority} {' '.join(cases)} END END"
