"""Warehouses: a class each with the same few verbs. Adding one touches neither notebooks nor SQL."""

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.duckdb import DuckDBWarehouse

Warehouse = DuckDBWarehouse


def open_warehouse(url: str) -> Warehouse:
    """The warehouse that the parameter `warehouse` names, such as duckdb:outputs/sample/opsdesk.duckdb.

    Nothing is opened yet: each operation opens a connection and closes it.

    Raises:
        OpsdeskError: not a warehouse this version knows.
    """
    kind, _, place = url.partition(":")
    if kind != "duckdb" or not place:
        raise OpsdeskError(f"warehouse: {url!r} is not duckdb:PATH, the only kind of warehouse this version knows.")
    return DuckDBWarehouse(project.resolve(place))
