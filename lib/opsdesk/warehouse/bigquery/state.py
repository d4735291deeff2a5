"""What `opsdesk status` asks of BigQuery: two small tables read as they lie there, within seconds and for nothing."""

from google.api_core import exceptions as api
from google.cloud import bigquery

from opsdesk.config.locations import BigQueryLocation
from opsdesk.google.connection import GoogleConnection
from opsdesk.google.errors import translate_errors
from opsdesk.instants import read_zone
from opsdesk.warehouse.bigquery.jobs import RETRY
from opsdesk.warehouse.bigquery.statements import INSERTED_AT
from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

TIMEOUT = 5.0  # seconds for each call


def read_state(
    place: BigQueryLocation, google: GoogleConnection, patience: float
) -> tuple[list[tuple[str, int]], tuple[str, str] | None]:
    """The loaded months with their rows; as_of with its zone, and the rows by table (JSON), of the last publication.

    Nothing is there yet where there is no dataset. What fails is asked again for `patience` seconds.

    Raises:
        OpsdeskError: BigQuery cannot be reached, or refuses.
    """
    warehouse = BigQueryWarehouse(place, google)
    jobs = warehouse.jobs
    call = {"retry": RETRY.with_timeout(patience), "timeout": TIMEOUT}

    def rows(table: str) -> list[bigquery.Row]:
        try:
            return list(
                jobs.client.list_rows(jobs.client.get_table(jobs.place(table), **call), **call)
            )
        except api.NotFound:
            return []

    with translate_errors(f"read {warehouse.url}"):
        months = sorted((row["part"], row["rows"]) for row in rows("_loads"))
        runs = sorted(rows("_runs"), key=lambda row: row[INSERTED_AT])
    if not runs:
        return months, None
    last = runs[-1]
    return months, (
        f"{last['as_of'].astimezone(read_zone(last['timezone'])):%Y-%m-%d %H:%M:%S} {last['timezone']}",
        last["rows"],
    )
