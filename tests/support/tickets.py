"""Tickets for tests of the SQL: what a case does not care about is filled in, and all tables are built in a real DuckDB."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache

import duckdb

from opsdesk.calendars.calendar import ROUND_THE_CLOCK, SlaClock
from opsdesk.calendars.clock import NO_CALENDAR, clock_texts
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.googlesql.translate import typed_select
from opsdesk.work.rules_file import read_rules

Row = dict[str, object]

DEFAULTS: Row = {
    "ticket_id": None,  # None: numbered by `build`
    "resolution_hours": None,
    "sla_hours": None,
    "sla_breached": None,
    "priority": "Medium",
    "category": "Billing",
    "channel": "Email",
    "customer_tier": "Gold",
    "status": "Open",
    "agent_id": "A1",
    "updated_at": None,
    "first_response_at": None,
    "customer": None,
    "subject": None,
    "attributes": None,
    "_issues": None,
    "_ingestion_ts": "2030-01-01 00:00",
    "_source_file": "raw/2023/01/2023-01-01.csv",
}


def ticket(
    created: str | datetime = "2023-01-02 10:00",
    resolved: str | datetime | None = None,
    **columns: object,
) -> Row:
    """A row of tickets_raw. Text without an offset is UTC."""
    assert columns.keys() <= DEFAULTS.keys(), columns
    return DEFAULTS | columns | {"created_at": created, "resolved_at": resolved}


def agent(agent_id: str, team: str | None = None, **columns: object) -> Row:
    """A row of agents_raw."""
    return (
        {"name": None, "active_from": None, "active_to": None, "daily_capacity": None}
        | columns
        | {"agent_id": agent_id, "team": team}
    )


def event(
    ticket_id: str, at: str | datetime, field: str, old: object, new: object, **columns: object
) -> Row:
    """A row of events_raw; a status means a state: `Waiting` is paused, `Closed` and `Solved` are closed, a blank one none."""
    states = {"None": None, "Waiting": "paused", "Closed": "closed", "Solved": "closed"}
    is_status = field == "status"
    return {
        "ticket_id": ticket_id,
        "at": instant(at),
        "seq": 0,
        "field": field,
        "old_value": old,
        "new_value": new,
        "old_state": states.get(str(old), "open") if is_status else None,
        "new_state": states.get(str(new), "open") if is_status else None,
        "old_sla_hours": None,
        "new_sla_hours": None,
        "_ingestion_ts": instant("2030-01-01"),
        "_source_file": "events/2023/01/2023-01-01.csv",
    } | columns


def instant(value: str | datetime) -> datetime:
    """The instant that a text means; without an offset it is UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def build(
    tickets: Iterable[Row],
    as_of: str | datetime,
    timezone: str = "UTC",
    agents: Iterable[Row] = (),
    only: Iterable[str] = (),
    rules: dict[str, str] | None = None,
    clock: SlaClock = ROUND_THE_CLOCK,
    events: Iterable[Row] = (),
) -> dict[str, list[Row]]:
    """The result tables built from these tickets by the project's SQL, as lists of rows in no order; all, or those named in `only`."""
    with _warehouse(tickets, agents, events) as con:
        wanted = {*only, "dim_calendar", "ticket_history"}  # which fact_tickets reads
        names = [table.name for table in results() if not only or table.name in wanted]
        chosen = tuple((rules or shipped_rules()).items())
        clocks = tuple(clock_of(numbered(tickets), instant(as_of), clock).items())
        for name in names:
            select = _select(name, instant(as_of), timezone, chosen, clocks)
            con.execute(f"CREATE TABLE {name} AS {select}")
        return {name: con.table(name).to_arrow_table().to_pylist() for name in names}


def clock_of(tickets: list[Row], as_of: datetime, clock: SlaClock) -> dict[str, str]:
    """The clock as the SQL takes it, for these tickets."""
    if not clock.calendars:
        return dict(NO_CALENDAR)
    first = min(row["created_at"] for row in tickets)
    hours = max(row["sla_hours"] or 0 for row in tickets)
    return dict(clock_texts(clock, first, as_of, hours).parameters)


def numbered(tickets: Iterable[Row]) -> list[Row]:
    """The tickets with instants for text, and a ticket_id where none was given: T1 is the first."""
    times = ("created_at", "resolved_at", "updated_at", "first_response_at", "_ingestion_ts")
    return [
        row
        | {"ticket_id": row["ticket_id"] or f"T{number}"}
        | {name: row[name] and instant(row[name]) for name in times}
        for number, row in enumerate(tickets, 1)
    ]


@lru_cache(maxsize=1000)
def _select(name: str, as_of: datetime, timezone: str, rules: tuple, clock: tuple) -> str:
    parameters = {"as_of": as_of, "timezone": timezone, "rules": dict(rules), **dict(clock)}
    return typed_select(catalogue()[name], "duckdb", parameters)


@lru_cache
def shipped_rules() -> dict[str, str]:
    """The columns of work_next that the rules of params/rules/default.yaml make."""
    return read_rules("default").columns


@contextmanager
def _warehouse(
    tickets: Iterable[Row], agents: Iterable[Row], events: Iterable[Row]
) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("SET TimeZone = 'UTC'")
        raw = {
            "tickets_raw": numbered(tickets),
            "agents_raw": list(agents),
            "events_raw": list(events),
        }
        for name, rows in raw.items():
            columns = catalogue()[name].columns
            declared = ", ".join(f'"{column.name}" {column.duckdb_type}' for column in columns)
            con.execute(f"CREATE TABLE {name} ({declared})")
            if rows:
                values = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
                con.execute(
                    f"INSERT INTO {name} VALUES {values}",
                    [row[column.name] for row in rows for column in columns],
                )
        yield con
