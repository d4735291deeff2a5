"""What lake and warehouse hold at this moment, read within seconds.

DuckDB is asked without the warehouse's own classes: pandas alone takes longer than all the rest.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from opsdesk.calendars.clock_words import read_clock_words
from opsdesk.config.locations import BigQueryLocation, read_warehouse
from opsdesk.config.parameters import Parameters
from opsdesk.google.connection import GoogleConnection
from opsdesk.instants import read_zone
from opsdesk.lake.open import open_lake

PATIENCE = 2.0  # seconds to wait for a warehouse that is being written
TABLES = "SELECT table_name FROM duckdb_tables()"
LOADS = "SELECT part, rows FROM _loads ORDER BY part"
# as text: an instant would become one of Python's by a package that is not needed otherwise
AS_OF = "strftime(as_of AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S+00:00')"
LAST_RUN = f"SELECT {AS_OF}, timezone, rows, parameters FROM _runs ORDER BY rowid DESC LIMIT 1"
ESTIMATED = "SELECT rows FROM _foresight"
BACKLOG = "SELECT ops_date, backlog_size FROM backlog_daily ORDER BY ops_date DESC LIMIT 1"


class Published(NamedTuple):
    """The loaded months with their rows, and what was published last.

    A publication is as_of with its zone, the rows by table as JSON, and a sentence on the SLA clock
    and its priorities ("" without a calendar).
    """

    months: list[tuple[str, int]]
    publication: tuple[str, str, str] | None


class Backlog(NamedTuple):
    """How many tickets were open at as_of, and the day of as_of."""

    day: date
    size: int


def read_lake_record(parameters: Parameters) -> tuple[dict[str, Any], str]:
    """Return what the last ingest wrote down about itself, and the location of the lake.

    Raises:
        OpsdeskError: the lake cannot be reached.
    """
    google = GoogleConnection.of(parameters.block("google"))
    lake = open_lake(parameters.values["lake"], google)
    return lake.record(), lake.store.url


def read_published(parameters: Parameters) -> Published:
    """Return what was loaded and published last.

    Raises:
        OpsdeskError: the warehouse cannot be read, or is being written.
    """
    place = read_warehouse(parameters.values["warehouse"])
    if isinstance(place, BigQueryLocation):
        from opsdesk.warehouse.bigquery.state import read_state

        google = GoogleConnection.of(parameters.block("google"))
        return Published(*read_state(place, google, PATIENCE))
    answers = _ask(place.path, {"_loads": LOADS, "_runs": LAST_RUN})
    months = answers.get("_loads", [])
    runs = answers.get("_runs", [])
    return Published(months, _publication(*runs[0]) if runs else None)


def read_estimated(parameters: Parameters) -> dict[str, int]:
    """Return the rows of each table of estimates; empty where nothing was estimated yet.

    Raises:
        OpsdeskError: the warehouse cannot be read, or is being written.
    """
    place = read_warehouse(parameters.values["warehouse"])
    if isinstance(place, BigQueryLocation):
        from opsdesk.warehouse.bigquery.state import read_estimated_rows

        google = GoogleConnection.of(parameters.block("google"))
        ledger = read_estimated_rows(place, google, PATIENCE)
    else:
        ledger = [
            rows for (rows,) in _ask(place.path, {"_foresight": ESTIMATED}).get("_foresight", [])
        ]
    found: dict[str, int] = json.loads(ledger[0]) if ledger else {}
    return found


def _publication(as_of: str, timezone: str, rows: str, parameters: str) -> tuple[str, str, str]:
    """Return as_of as a wall time with its zone, the rows by table, and the SLA clock."""
    wall_time = datetime.fromisoformat(as_of).astimezone(read_zone(timezone))
    return f"{wall_time:%Y-%m-%d %H:%M:%S} {timezone}", rows, read_clock_words(parameters)


def read_sla_clock(parameters: Parameters) -> str:
    """Return when the SLA clock of the published tables runs; "" without a calendar.

    Raises:
        OpsdeskError: the warehouse cannot be read, or is being written.
    """
    published = read_published(parameters).publication
    return published[2] if published else ""


def read_backlog(parameters: Parameters) -> Backlog | None:
    """Return the last row of backlog_daily; None if nothing is published.

    Raises:
        OpsdeskError: the warehouse cannot be read, or is being written.
    """
    place = read_warehouse(parameters.values["warehouse"])
    if isinstance(place, BigQueryLocation):
        return _backlog_in_bigquery(parameters)
    rows = _ask(place.path, {"backlog_daily": BACKLOG}).get("backlog_daily", [])
    return Backlog(*rows[0]) if rows else None


def _backlog_in_bigquery(parameters: Parameters) -> Backlog | None:
    import pandas as pd

    from opsdesk.warehouse.open import open_warehouse

    google = GoogleConnection.of(parameters.block("google"))
    warehouse = open_warehouse(parameters.values["warehouse"], google)
    if not warehouse.exists() or warehouse.runs().empty:
        return None
    days = warehouse.table("backlog_daily")  # read as it is stored, which is not billed
    if days.empty:
        return None
    last = days.sort_values("ops_date").iloc[-1]
    return Backlog(pd.Timestamp(last["ops_date"]).date(), int(last["backlog_size"]))


def _ask(path: Path, queries: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each query whose table is there."""
    if not path.exists():
        return {}
    from opsdesk.duckdb_file import connect

    with connect(path, read_only=True, patience=PATIENCE) as connection:
        tables = {name for (name,) in connection.execute(TABLES).fetchall()}
        return {
            table: connection.execute(query).fetchall()
            for table, query in queries.items()
            if table in tables
        }
