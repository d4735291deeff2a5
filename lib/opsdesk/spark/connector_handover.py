"""Handing tables over between Spark and BigQuery by Google's connector.

Rows go through a bucket into staging tables that we make.
"""

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

# Our own folder in the bucket. Every application that uses the connector names its objects as in
# PREFIX, so without the folder they could be another team's.
FOLDER = "opsdesk-spark"
PREFIX = f"{FOLDER}/.spark-bigquery-"


class ConnectorHandover:
    """A `Handover` for a dataset of BigQuery; `bucket` takes what is on its way."""

    in_cloud = True

    def __init__(self, warehouse: BigQueryWarehouse, google: GoogleConnection, bucket: str) -> None:
        self.jobs = warehouse.jobs
        self.bucket = Bucket(bucket, google)
        labels = {f"bigQueryJobLabel.{name}": value for name, value in self.jobs.labels.items()}
        self.options = connector_options(google, self.jobs.project) | labels
        self.place = f"{bucket}/{FOLDER}"
        self.staged: list[str] = []
        self.applications: set[str] = set()

    def read(self, spark: "SparkSession", name: str) -> "DataFrame":
        """Return the rows of a raw table, read once and cached."""
        reader = spark.read.format("bigquery").options(**self.options)
        return reader.load(self.jobs.place(name)).persist()

    def write(self, name: str, rows: "DataFrame") -> str:
        """Stage rows for the table `name` in a table that expires after a day; return its name."""
        staging = f"_spark_{name}_{uuid.uuid4().hex[:8]}"
        self.staged.append(staging)
        self.applications.add(rows.sparkSession.sparkContext.applicationId)
        make_staging(self.jobs, staging, catalogue()[name])
        writer = rows.write.format("bigquery").mode("append").options(**self.options)
        writer = writer.options(writeMethod="indirect", temporaryGcsBucket=self.place)
        writer.save(self.jobs.place(staging))
        return staging

    def clear(self) -> None:
        """Remove staging tables that were not taken, and what a failed write left in the bucket."""
        self.jobs.together(*(partial(drop, self.jobs, name) for name in self.staged))
        for application in self.applications:
            self._delete(f"{PREFIX}{application}")

    def sweep(self) -> None:
        """Remove what killed runs left in the bucket, once it is too old for a running one."""
        # No data depends on this clock.
        self._delete(PREFIX, made_before=datetime.now(UTC) - EXPIRY)

    def _delete(self, prefix: str, made_before: datetime | None = None) -> None:
        for name, seen in self.bucket.list(prefix):
            is_old = made_before and seen.made_at and seen.made_at < made_before
            if made_before is None or is_old:
                self.bucket.delete(name, seen.generation)


@contextmanager
def connector_handover(
    setup: SparkSetup, warehouse: BigQueryWarehouse
) -> Iterator[ConnectorHandover]:
    """Open the handover for a dataset; nothing staged is left at its end.

    Raises:
        OpsdeskError: no bucket is named, or it cannot be used.
    """
    bucket = setup.options.temp_bucket
    if not bucket:
        raise OpsdeskError(
            "spark.temp_bucket: Spark writes into BigQuery through a bucket, and none is named: "
            "name one that you may write to."
        )
    handover = ConnectorHandover(warehouse, setup.google, bucket)
    with translate_errors(f"stage through {bucket_url(bucket)}"):
        handover.sweep()
        try:
            yield handover
        finally:
            handover.clear()
