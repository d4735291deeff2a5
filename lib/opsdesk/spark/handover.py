"""How rows get from the warehouse to Spark and back: a place for one step, with the verbs `read` and `write`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Union

from opsdesk.spark.parquet_handover import ParquetHandover
from opsdesk.spark.scratch import scratch_folder
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from opsdesk.warehouse.open import Warehouse

if TYPE_CHECKING:
    from opsdesk.spark.connector_handover import ConnectorHandover

Handover = Union[
    ParquetHandover, "ConnectorHandover"
]  # what each verb promises stands at ParquetHandover


@contextmanager
def open_handover(setup: SparkSetup, warehouse: Warehouse) -> Iterator[Handover]:
    """The handover for a warehouse; at the end nothing staged is left.

    Raises:
        OpsdeskError: no place to stage: no room beside the DuckDB file, no temp_bucket for BigQuery.
    """
    if isinstance(warehouse, DuckDBWarehouse):
        with scratch_folder(warehouse.path) as folder:
            yield ParquetHandover(warehouse, folder)
    else:
        from opsdesk.spark.connector_handover import connector_handover

        with connector_handover(setup, warehouse) as handover:
            yield handover
