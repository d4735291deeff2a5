"""A made-up desk of some weeks with a log: tickets that wait, are reopened, and change priority, agent and team."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from generated_tickets import AGENTS, HOUR, midnight
from opsdesk.catalogue.tables import results
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from tickets import Row, build, event, ticket
from trends_warehouse import RUN

ZONE = "Europe/Berlin"
SLA = {"High": 8.0, "Low": 72.0, "Medium": 30.0}
DAYS = 70
AS_OF = midnight(ZONE, 20) + 11 * HOUR  # the day is not over


def logged_desk(seed: int = 1, count: int = 160) -> tuple[list[Row], list[Row]]:
    """Tickets and their changes; three of ten tickets are not in the log. The export has the last values."""
    chance = random.Random(seed)
    tickets, events = [], []
    for number in range(count):
        one, changes = _ticket(chance, f"T{number:03d}")
        tickets.append(one)
        events += changes
    return tickets, events


def _ticket(chance: random.Random, name: str) -> tuple[Row, list[Row]]:
    created = midnight(ZONE, 20 - chance.randint(1, DAYS)) + chance.randint(0, 86_399) * timedelta(
        seconds=1
    )
    values = {"status": "Open", "priority": chance.choice(tuple(SLA)), "agent_id": chance.choice(("A1", "A2", None)), "team": "North"}  # fmt: skip
    events: list[Row] = []
    at, closed = created, None
    is_logged = chance.random() < 0.7
    if not is_logged:
        closed = chance.choice((None, created + chance.randint(1, 400) * HOUR))
    for _ in range(chance.randint(1, 10) if is_logged else 0):
        at += chance.randint(1, 3_000) * timedelta(minutes=chance.choice((1, 1, 5)))
        if at > AS_OF:
            break
        field = chance.choice(("status", "status", "status", "priority", "agent_id", "team"))
        options = {
            "status": ("Open", "Waiting", "Solved"),
            "priority": tuple(SLA),
            "agent_id": ("A1", "A2", "A3", None),
            "team": ("North", "South"),
        }[field]
        new = chance.choice([value for value in options if value != values[field]])
        hours = {"old_sla_hours": SLA[values[field]], "new_sla_hours": SLA[new]} if field == "priority" else {}  # fmt: skip
        events.append(event(name, at, field, values[field], new, **hours))
        values[field] = new
        if field == "status":
            closed = at if new == "Solved" else None
    team = values.pop("team")
    assert team
    row = ticket(
        created,
        closed,
        ticket_id=name,
        sla_hours=SLA[values["priority"]],
        category=chance.choice(("Bug", "Billing")),
        **values,
    )
    return row, events


def published_tables(
    path: Path, tables: dict[str, list[Row]], as_of: datetime, zone: str = ZONE
) -> DuckDBWarehouse:
    """A warehouse in a new file with the result tables of `tickets.build`, published at `as_of`."""
    run = RUN | {"as_of": as_of.isoformat(), "timezone": zone}
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone = 'UTC'")
        for table in results():
            declared = ", ".join(f'"{column.name}" {column.duckdb_type}' for column in table.columns)  # fmt: skip
            con.execute(f"CREATE TABLE {table.name} ({declared})")
            rows = tables[table.name]
            marks = ", ".join("?" * len(table.columns))
            if rows:
                values = [[row[column.name] for column in table.columns] for row in rows]
                con.executemany(f"INSERT INTO {table.name} VALUES ({marks})", values)
        con.execute(
            "CREATE TABLE _runs (run_id VARCHAR, as_of TIMESTAMPTZ, timezone VARCHAR, published_at TIMESTAMPTZ, "
            "parameters VARCHAR)"
        )
        con.execute(
            "INSERT INTO _runs VALUES ($run_id, $as_of, $timezone, $published_at, $parameters)", run
        )
    return DuckDBWarehouse(path)


def published_desk(path: Path, seed: int = 1) -> DuckDBWarehouse:
    """The made-up desk, published at AS_OF."""
    tickets, events = logged_desk(seed)
    return published_tables(path, build(tickets, AS_OF, ZONE, AGENTS, events=events), AS_OF)
