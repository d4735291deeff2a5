"""Opening the warehouse that a parameter names."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Union

from opsdesk.config.locations import BigQueryLocation, read_warehouse
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse

if TYPE_CHECKING:
    from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

Warehouse = Union[DuckDBWarehouse, "BigQueryWarehouse"]


def open_warehouse(
    location: str,
    google: GoogleConnection = ON_THIS_MACHINE,
    labels: Mapping[str, str] | None = None,
) -> Warehouse:
    """The warehouse that the parameter `warehouse` names: duckdb:PATH or bigquery:PROJECT.DATASET.

    `labels` (step, run) mark the jobs in a bill. Nothing is connected yet: each operation opens a connection and
    closes it.

    Raises:
        OpsdeskError: not a warehouse this version knows.
    """
    place = read_warehouse(location)
    if isinstance(place, BigQueryLocation):
        from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

        return BigQueryWarehouse(place, google, labels)
    return DuckDBWarehouse(place.path)


def name_of(warehouse: Warehouse) -> str:
    """What people call it."""
    return "DuckDB" if isinstance(warehouse, DuckDBWarehouse) else "BigQuery"
