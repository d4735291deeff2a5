"""How rows get from a warehouse to Spark and back: one contract, and the choice of the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from opsdesk.errors import OpsdeskError
from opsdesk.spark.parquet_handover import ParquetHandover
from opsdesk.spark.scratch import scratch_folder
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from opsdesk.warehouse.open import Warehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Handover(Protocol):
    """The way between one warehouse and Spark, for one step.

    What is written is staged: readers of the warehouse do not see it, and what the warehouse has
    not taken when the handover is closed is removed.
    """

    @property
    def in_cloud(self) -> bool:
        """Tell whether Spark needs Google's connectors for it."""

    @property
    def checkpoints(self) -> str:
        """Return the URL of a folder for checkpoints that all machines of a cluster see."""

    def read(self, spark: "SparkSession", name: str) -> "DataFrame":
        """Return the rows of a raw table as they are now, all columns of the catalogue.

        Raises:
            OpsdeskError: the warehouse cannot be read.
        """

    def write(self, name: str, rows: "DataFrame") -> object:
        """Stage the rows of the table `name`; return what the warehouse takes as `staged`.

        Errors of Spark pass as they are: the caller says what was being done.
        """


@contextmanager
def open_handover(setup: SparkSetup, warehouse: Warehouse) -> Iterator[Handover]:
    """Open the handover for a warehouse; nothing staged is left at its end.

    Raises:
        OpsdeskError: there is no place to stage: no room next to the DuckDB file, no temp_bucket
            for BigQuery.
    """
    if isinstance(warehouse, DuckDBWarehouse):
        with scratch_folder(warehouse.path) as folder:
            yield ParquetHandover(warehouse, folder)
        return
    from opsdesk.spark.connector_handover import connector_handover
    from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

    if not isinstance(warehouse, BigQueryWarehouse):
        raise OpsdeskError(f"Spark has no way to hand rows over to {warehouse.url}.")
    with connector_handover(setup, warehouse) as handover:
        yield handover
