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
CHECKPOINTS = f"{FOLDER}/checkpoints-"


class ConnectorHandover:
    """A `Handover` for a dataset of BigQuery; `bucket` takes what is on its way."""

    in_cloud = True

    def __init__(self, warehouse: BigQueryWarehouse, google: GoogleConnection, bucket: str) -> None:
        self.jobs = warehouse.jobs
        self.bucket = Bucket(bucket, google)
        labels = {f"bigQueryJobLabel.{name}": value for name, value in self.jobs.labels.items()}
        self.options = connector_options(google, self.jobs.project) | labels
        self.place = f"{bucket}/{FOLDER}"
        self._own_checkpoints = f"{CHECKPOINTS}{uuid.uuid4().hex}"
        self.checkpoints = bucket_url(bucket, self._own_checkpoints)
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
        writer = nullable(rows).write.format("bigquery").mode("append").options(**self.options)
        writer = writer.options(writeMethod="indirect", temporaryGcsBucket=self.place)
        writer.save(self.jobs.place(staging))
        return staging

    def clear(self) -> None:
        """Remove staging tables that were not taken, and what a failed write left in the bucket."""
        self.jobs.together(*(partial(drop, self.jobs, name) for name in self.staged))
        for application in self.applications:
            self._delete(f"{PREFIX}{application}")
        self._delete(self._own_checkpoints)

    def sweep(self) -> None:
        """Remove what killed runs left in the bucket, once it is too old for a running one."""
        # No data depends on this clock.
        self._delete(f"{FOLDER}/", made_before=datetime.now(UTC) - EXPIRY)

    def _delete(self, prefix: str, made_before: datetime | None = None) -> None:
        for name, seen in self.bucket.list(prefix):
            is_old = made_before and seen.made_at and seen.made_at < made_before
            if made_before is None or is_old:
                self.bucket.delete(name, seen.generation)


def nullable(rows: "DataFrame") -> "DataFrame":
    """Return rows whose columns may all be NULL, as those of a staging table.

    A connector before 0.40 asks BigQuery for REQUIRED columns otherwise, and is refused.
    """
    from pyspark.sql import functions as f

    return rows.select(*(f.when(f.lit(True), f.col(name)).alias(name) for name in rows.columns))


def _refuse_impersonating_cluster(setup: SparkSetup) -> None:
    # The connector loses what it needs to renew such a login on the way to an executor, up to
    # version 0.42; the run would end after an hour with a NullPointerException.
    if setup.google.impersonate and not setup.options.is_local:
        raise OpsdeskError(
            f"google.impersonate: executors of {setup.options.master} cannot act as "
            f"{setup.google.impersonate} for BigQuery: let the machines run as that account and "
            'set impersonate to "", or take spark.master "local[*]", Dataproc, or engine warehouse.'
        )


@contextmanager
def connector_handover(
    setup: SparkSetup, warehouse: BigQueryWarehouse
) -> Iterator[ConnectorHandover]:
    """Open the handover for a dataset; nothing staged is left at its end.

    Raises:
        OpsdeskError: no bucket is named, or it cannot be used; or executors on other machines would
            have to impersonate a service account.
    """
    _refuse_impersonating_cluster(setup)
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
