"""What `opsdesk status` asks of BigQuery: two small tables read as they lie there, within seconds and for nothing."""

from google.api_core import exceptions as api
from google.cloud import bigquery

from opsdesk.cloud import Cloud
from opsdesk.cloud_errors import telling
from opsdesk.instants import read_zone
from opsdesk.warehouse.bigquery import BigQueryWarehouse
from opsdesk.warehouse.bigquery_jobs import RETRY
from opsdesk.warehouse.bigquery_sql import INSERTED_AT

TIMEOUT = 5.0  # seconds for each call


def read_state(url: str, cloud: Cloud, patience: float) -> tuple[list[tuple[str, int]], tuple[str, str] | None]:
    """The loaded months with their rows; as_of with its zone, and the rows by table (JSON), of the last publication.

    Nothing is there yet where there is no dataset. What fails is asked again for `patience` seconds.

    Raises:
        OpsdeskError: BigQuery cannot be reached, or refuses.
    """
    jobs = BigQueryWarehouse(url.removeprefix("bigquery:"), cloud).jobs
    call = {"retry": RETRY.with_timeout(patience), "timeout": TIMEOUT}

    def rows(table: str) -> list[bigquery.Row]:
        try:
            return list(jobs.client.list_rows(jobs.client.get_table(jobs.place(table), **call), **call))
        except api.NotFound:
            return []

    with telling(f"read {url}"):
        months = sorted((row["part"], row["rows"]) for row in rows("_loads"))
        runs = sorted(rows("_runs"), key=lambda row: row[INSERTED_AT])
    if not runs:
        return months, None
    last = runs[-1]
    return months, (
        f"{last['as_of'].astimezone(read_zone(last['timezone'])):%Y-%m-%d %H:%M:%S} {last['timezone']}",
        last["rows"],
    )
