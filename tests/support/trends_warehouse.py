"""A published warehouse of a few hand-typed rows in a real DuckDB file."""

import json
from pathlib import Path

import duckdb
import pandas as pd

from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from opsdesk.warehouse.publication import columns_digest

# Published tables, with the columns that the queries of trends read.
TABLES = {
    "backlog_daily": "ops_date DATE, backlog_size BIGINT, inflow BIGINT, outflow BIGINT, age_0_1 BIGINT, "
    "age_2_7 BIGINT, age_8_30 BIGINT, age_31_90 BIGINT, age_over_90 BIGINT, age_p50_days BIGINT, "
    "age_p90_days BIGINT, past_due BIGINT",
    "features_daily": "ops_date DATE, sla_due_tickets BIGINT, sla_due_missed BIGINT, total_tickets BIGINT, "
    "resolved_tickets BIGINT, open_tickets BIGINT, met BIGINT, breached BIGINT, reopened_tickets BIGINT DEFAULT 0",
    "fact_tickets": "ticket_id VARCHAR, created_date DATE, resolved_date DATE, is_resolved BOOLEAN, "
    "resolution_hours_clean DOUBLE, hours_open DOUBLE, due_at TIMESTAMPTZ, due_date DATE, sla_breached BOOLEAN, "
    "first_response_date DATE, first_response_hours DOUBLE, priority VARCHAR, category VARCHAR, channel VARCHAR, "
    "customer_tier VARCHAR, hours_since_update DOUBLE, sla_calendar VARCHAR, team_in_force VARCHAR, reopens BIGINT",
    "ticket_history": "ticket_id VARCHAR, place BIGINT, from_date DATE, until_date DATE, state VARCHAR, priority VARCHAR, "
    "clock_hours_passed DOUBLE, is_closing BOOLEAN, is_reopening BOOLEAN, is_assignment BOOLEAN, is_past_due BOOLEAN, "
    "judged VARCHAR, resolution_hours DOUBLE, due_at TIMESTAMPTZ, missed_date DATE, kept_date DATE, log_issues VARCHAR",
    "segment_daily": "ops_date DATE, dimension VARCHAR, segment VARCHAR, created BIGINT, resolved BIGINT, "
    "backlog_size BIGINT, past_due BIGINT, sla_due_tickets BIGINT, sla_due_missed BIGINT, reopened BIGINT DEFAULT 0, "
    "moved_in BIGINT DEFAULT 0, moved_out BIGINT DEFAULT 0",
    "signal_daily": "ops_date DATE, indicator VARCHAR, dimension VARCHAR, segment VARCHAR, value BIGINT, "
    "expected DOUBLE, lower DOUBLE, upper DOUBLE, excess DOUBLE, signal VARCHAR",
    "daily_agent_load": "ops_date DATE, agent_id VARCHAR, open_tickets BIGINT",
    "dim_agents": "agent_id VARCHAR, name VARCHAR, team VARCHAR, daily_capacity DOUBLE",
    "ticket_sla_risk": "ticket_id VARCHAR, priority VARCHAR, category VARCHAR, agent_id VARCHAR, hours_open DOUBLE, "
    "hours_left DOUBLE, sla_elapsed DOUBLE, risk_band VARCHAR DEFAULT 'on_track', created_date DATE, created_at_ts TIMESTAMPTZ, "
    "day_of_week VARCHAR, hour_of_day BIGINT, resolution_hours_clean DOUBLE",
    "_runs": "run_id VARCHAR, as_of TIMESTAMPTZ, timezone VARCHAR, published_at TIMESTAMPTZ, parameters VARCHAR",
}
# The tables have the columns that are read, and not those that are only there for others to read.
COLUMNS = json.dumps({"columns": columns_digest()})
RUN = {
    "run_id": "r1",
    "as_of": "2024-01-31 23:59:59+00",
    "timezone": "UTC",
    "published_at": "2024-02-01 06:00:00+00",
    "parameters": COLUMNS,
}

DUE = "2024-02-29 00:00:00+00"

# 2024-01-01 is a Monday.
JANUARY = [f"{date:%Y-%m-%d}" for date in pd.date_range("2024-01-01", "2024-01-31")]


def published(path: Path, **rows: list[dict]) -> DuckDBWarehouse:
    """A warehouse in a new file: every published table with the given rows, and a run by default."""
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, columns in TABLES.items():
            con.execute(f"CREATE TABLE {name} ({columns})")
            for row in rows.get(name, [RUN] if name == "_runs" else []):
                names = ", ".join(row)
                marks = ", ".join(f"${key}" for key in row)
                con.execute(f"INSERT INTO {name} ({names}) VALUES ({marks})", row)
    return DuckDBWarehouse(path)


def day(date: str, **values: int) -> dict:
    """A row of backlog_daily."""
    return dict.fromkeys(
        ("backlog_size", "inflow", "outflow", "age_p50_days", "age_p90_days", "past_due"), 0
    ) | {
        **dict.fromkeys(("age_0_1", "age_2_7", "age_8_30", "age_31_90", "age_over_90"), 0),
        "ops_date": date,
        **values,
    }


def due_on(date: str, due: int, missed: int) -> dict:
    """A row of features_daily."""
    return {"ops_date": date, "sla_due_tickets": due, "sla_due_missed": missed}


def resolved(date: str, hours: float | None, breached: bool | None = None) -> dict:
    """A resolved ticket with a target."""
    return {
        "due_at": DUE,
        "resolved_date": date,
        "is_resolved": True,
        "resolution_hours_clean": hours,
        "sla_breached": breached,
    }


def due_in(ticket: str, hours: float, left: float | None) -> tuple[dict, dict]:
    """The fact and the risk of a ticket that is due so many hours after as_of, with hours left on the SLA clock."""
    due = pd.Timestamp(RUN["as_of"]) + pd.Timedelta(hours=hours)
    return {"ticket_id": ticket, "due_at": due.isoformat()}, {
        "ticket_id": ticket,
        "hours_left": left,
    }


def still_open(created: str, hours: float) -> dict:
    """An open ticket with a target."""
    return {"created_date": created, "is_resolved": False, "hours_open": hours, "due_at": DUE}
