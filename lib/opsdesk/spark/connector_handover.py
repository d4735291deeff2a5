"""Handing tables over between Spark and BigQuery: Google's connector, through a bucket, into staging tables of our making."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from opsdesk.catalogue.tables import catalogue
from opsdesk.config.locations import bucket_url
from opsdesk.errors import OpsdeskError
from opsdesk.google.bucket import Bucket
from opsdesk.google.connection import GoogleConnection
from opsdesk.google.errors import translate_errors
from opsdesk.spark.google_settings import connector_options
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.bigquery.tables import EXPIRY, drop, make_staging
from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PREFIX = ".spark-bigquery-"  # how the connector names what it puts into the bucket


class ConnectorHandover:
    """Raw tables out of a dataset, staged rows for it. `bucket` holds what is on its way."""

    in_cloud = True

    def __init__(self, warehouse: BigQueryWarehouse, google: GoogleConnection, bucket: str) -> None:
        self.jobs = warehouse.jobs
        self.bucket = Bucket(bucket, google)
        self.options = {
            **connector_options(google, self.jobs.project),
            **{f"bigQueryJobLabel.{name}": value for name, value in self.jobs.labels.items()},
        }
        self.staged: list[str] = []
        self.applications: set[str] = set()

    def read(self, spark: "SparkSession", name: str) -> "DataFrame":
        """The rows of a raw table as they are now, read once and kept."""
        return (
            spark.read.format("bigquery")
            .options(**self.options)
            .load(self.jobs.place(name))
            .persist()
        )

    def write(self, name: str, rows: "DataFrame") -> str:
        """Stages rows for the table `name` in a table of their own that vanishes after a day; returns its name."""
        staging = f"_spark_{name}_{uuid.uuid4().hex[:8]}"
        self.staged.append(staging)
        self.applications.add(rows.sparkSession.sparkContext.applicationId)
        make_staging(self.jobs, staging, catalogue()[name])
        rows.write.format("bigquery").mode("append").options(
            **self.options, writeMethod="indirect", temporaryGcsBucket=self.bucket.name
        ).save(self.jobs.place(staging))
        return staging

    def clear(self) -> None:
        """Removes what is left: staging tables that nobody took, objects that a failed write left in the bucket."""
        self.jobs.together(*(partial(drop, self.jobs, name) for name in self.staged))
        for application in self.applications:
            self._delete(f"{PREFIX}{application}")

    def sweep(self) -> None:
        """Removes what runs that were killed left in the bucket, once it is too old to belong to a running one."""
        self._delete(
            PREFIX, made_before=datetime.now(UTC) - EXPIRY
        )  # no data depends on this clock

    def _delete(self, prefix: str, made_before: datetime | None = None) -> None:
        for name, seen in self.bucket.list(prefix):
            # a generation is the microsecond in which the object was made
            if made_before is None or seen.generation < made_before.timestamp() * 1e6:
                self.bucket.delete(name, seen.generation)


@contextmanager
def connector_handover(
    setup: SparkSetup, warehouse: BigQueryWarehouse
) -> Iterator[ConnectorHandover]:
    """The handover for a dataset; nothing staged is left at its end.

    Raises:
        OpsdeskError: no bucket is named, or it cannot be used.
    """
    if not setup.options.temp_bucket:
        raise OpsdeskError(
            "spark.temp_bucket: Spark writes into BigQuery through a bucket, and none is named: give one that you may write to."
        )
    handover = ConnectorHandover(warehouse, setup.google, setup.options.temp_bucket)
    with translate_errors(f"stage through {bucket_url(setup.options.temp_bucket)}"):
        handover.sweep()
        try:
            yield handover
        finally:
            handover.clear()
