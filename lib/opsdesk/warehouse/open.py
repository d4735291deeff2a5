"""Opening the warehouse that a parameter names."""

from collections.abc import Mapping

from opsdesk.config.locations import BigQueryLocation, read_warehouse
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from opsdesk.warehouse.protocol import Warehouse

__all__ = ["Warehouse", "open_warehouse"]


def open_warehouse(
    location: str,
    google: GoogleConnection = ON_THIS_MACHINE,
    labels: Mapping[str, str] | None = None,
) -> Warehouse:
    """Return the warehouse that the parameter `warehouse` names.

    `location` is duckdb:PATH or bigquery:PROJECT.DATASET. `labels` (step, run) mark the jobs in a
    bill. Nothing is connected yet: each operation opens a connection and closes it.

    Raises:
        OpsdeskError: `location` has another form.
    """
    place = read_warehouse(location)
    if isinstance(place, BigQueryLocation):
        # Google's client takes most of a second to import, and most runs do without.
        from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

        return BigQueryWarehouse(place, google, labels)
    return DuckDBWarehouse(place.path)
