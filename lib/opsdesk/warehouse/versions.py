"""Whether tables that another version of opsdesk may have made have the columns of this one."""

import json
from collections.abc import Mapping, Sequence

from opsdesk.catalogue.tables import Table, results
from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.protocol import Warehouse
from opsdesk.warehouse.publication import COLUMNS, columns_digest

SHOWN = 4  # of what is missing, how much is named


def refuse_other_version(warehouse: Warehouse, published: str, remedy: str, url: str = "") -> None:
    """Refuse published tables that lack columns; see `about_version`.

    Raises:
        OpsdeskError: columns or tables are missing; the text names them.
    """
    if about := about_version(warehouse, published, remedy, url):
        raise OpsdeskError(about)


def about_version(warehouse: Warehouse, published: str, remedy: str, url: str = "") -> str:
    """Return a sentence that says which columns the published tables lack, "" for none.

    Columns of another version that this one does not know are never read.

    The tables themselves are looked at only where the publication does not say that its columns are
    those of this version: in BigQuery each look is a request.

    Args:
        warehouse: where the published tables are.
        published: the parameters in the last row of `_runs`.
        remedy: what the user can do, without its full stop.
        url: the warehouse as a params file names it, where a copy is asked.
    """
    if _columns_of(published) == columns_digest():
        return ""
    lacking = missing_columns(warehouse, results())
    if not lacking:
        return ""
    return (
        f"The published tables of {url or warehouse.url} are of another version of opsdesk and "
        f"lack {lacking}: {remedy}."
    )


def missing_columns(warehouse: Warehouse, tables: Sequence[Table]) -> str:
    """Return in words what the tables lack: a whole table, or table.column; "" for nothing."""
    with warehouse.reading():
        missing = [name for table in tables for name in _missing(warehouse, table)]
    if len(missing) <= SHOWN:
        return " and ".join(filter(None, [", ".join(missing[:-1]), *missing[-1:]]))
    return f"{', '.join(missing[: SHOWN - 1])} and {len(missing) - SHOWN + 1} more"


def _missing(warehouse: Warehouse, table: Table) -> list[str]:
    there = warehouse.columns(table.name)
    if not there:
        return [table.name]
    names = [column.name for column in table.columns]
    return [f"{table.name}.{name}" for name in names if name not in there]


def _columns_of(published: str) -> str:
    """Return the digest of its columns that a publication has; "" where it has none."""
    try:
        given = json.loads(published)
    except ValueError:
        return ""
    return str(given.get(COLUMNS, "")) if isinstance(given, Mapping) else ""
