"""How rows get from the warehouse to Spark and back: a place for one step, with the verbs `read` and `write`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Union

from opsdesk.cloud import Cloud
from opsdesk.engine import Engine
from opsdesk.spark.parquet import ParquetHandover
from opsdesk.spark.scratch import scratch_folder
from opsdesk.warehouse import Warehouse
from opsdesk.warehouse.duckdb import DuckDBWarehouse

if TYPE_CHECKING:
    from opsdesk.spark.connector import ConnectorHandover

Handover = Union[ParquetHandover, "ConnectorHandover"]  # what each verb promises stands at ParquetHandover


@contextmanager
def open_handover(engine: Engine, cloud: Cloud, warehouse: Warehouse) -> Iterator[Handover]:
    """The handover for a warehouse; at the end nothing staged is left.

    Raises:
        OpsdeskError: no place to stage: no room beside the DuckDB file, no temp_bucket for BigQuery.
    """
    if isinstance(warehouse, DuckDBWarehouse):
        with scratch_folder(warehouse.path) as folder:
            yield ParquetHandover(warehouse, folder)
    else:
        from opsdesk.spark.connector import connector_handover

        with connector_handover(engine, cloud, warehouse) as handover:
            yield handover
