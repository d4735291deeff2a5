"""What `opsdesk status` asks of BigQuery: two small tables, within seconds and for nothing."""

from google.api_core import exceptions as api
from google.cloud import bigquery

from opsdesk.calendars.clock_words import read_clock_words
from opsdesk.config.locations import BigQueryLocation
from opsdesk.google.connection import GoogleConnection
from opsdesk.google.errors import translate_errors
from opsdesk.instants import read_zone
from opsdesk.warehouse.bigquery.calls import RETRY, Call
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.transactions import INSERTED_AT
from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

TIMEOUT = 5.0  # seconds for each call

Months = list[tuple[str, int]]  # the loaded months with their rows
LastRun = tuple[str, str, str]  # as_of with its zone, the rows by table (JSON), the SLA clock


def read_state(
    place: BigQueryLocation, google: GoogleConnection, patience: float
) -> tuple[Months, LastRun | None]:
    """Return the loaded months and the last publication; nothing where there is no dataset yet.

    What fails is asked again for `patience` seconds.

    Raises:
        OpsdeskError: BigQuery cannot be reached, or refuses.
    """
    warehouse = BigQueryWarehouse(place, google)
    call: Call = {"retry": RETRY.with_timeout(patience), "timeout": TIMEOUT}
    with translate_errors(f"read {warehouse.url}"):
        if not warehouse.jobs.has_dataset(call):
            return [], None
        loads = _rows(warehouse.jobs, "_loads", call)
        runs = sorted(_rows(warehouse.jobs, "_runs", call), key=lambda row: row[INSERTED_AT])
    months = sorted((row["part"], row["rows"]) for row in loads)
    if not runs:
        return months, None
    last = runs[-1]
    as_of = last["as_of"].astimezone(read_zone(last["timezone"]))
    shown = f"{as_of:%Y-%m-%d %H:%M:%S} {last['timezone']}"
    return months, (shown, last["rows"], read_clock_words(last["parameters"]))


def read_estimated_rows(
    place: BigQueryLocation, google: GoogleConnection, patience: float
) -> list[str]:
    """Return the rows by table (JSON) of the ledger of estimates; empty before the first.

    Raises:
        OpsdeskError: BigQuery cannot be reached, or refuses.
    """
    warehouse = BigQueryWarehouse(place, google)
    call: Call = {"retry": RETRY.with_timeout(patience), "timeout": TIMEOUT}
    with translate_errors(f"read {warehouse.url}"):
        if not warehouse.jobs.has_dataset(call):
            return []
        return [row["rows"] for row in _rows(warehouse.jobs, "_foresight", call)]


def _rows(jobs: Jobs, table: str, call: Call) -> list[bigquery.Row]:
    try:
        found = jobs.client.get_table(jobs.place(table), **call)
        return list(jobs.client.list_rows(found, **call))
    except api.NotFound:
        return []
