"""Warehouses: a class each with the same few verbs. Adding one touches neither notebooks nor SQL."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Union

from opsdesk import project
from opsdesk.cloud import NO_CLOUD, Cloud
from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.duckdb import DuckDBWarehouse

if TYPE_CHECKING:
    from opsdesk.warehouse.bigquery import BigQueryWarehouse

Warehouse = Union[DuckDBWarehouse, "BigQueryWarehouse"]  # what each verb promises stands at DuckDBWarehouse


def open_warehouse(url: str, cloud: Cloud = NO_CLOUD, labels: Mapping[str, str] | None = None) -> Warehouse:
    """The warehouse that the parameter `warehouse` names: duckdb:PATH or bigquery:PROJECT.DATASET.

    `labels` (step, run) mark the jobs in a bill.

    Nothing is opened yet: each operation opens a connection and closes it.

    Raises:
        OpsdeskError: not a warehouse this version knows.
    """
    kind, _, place = url.partition(":")
    if kind == "bigquery":
        from opsdesk.warehouse.bigquery import BigQueryWarehouse

        return BigQueryWarehouse(place, cloud, labels)
    if kind != "duckdb" or not place:
        raise OpsdeskError(f"warehouse: {url!r} is neither duckdb:PATH nor bigquery:PROJECT.DATASET.")
    return DuckDBWarehouse(project.resolve(place))


def name_of(warehouse: Warehouse) -> str:
    """What people call it."""
    return "DuckDB" if isinstance(warehouse, DuckDBWarehouse) else "BigQuery"
