"""Whether lake, ledger and tables have the same rows, and which months differ."""

from collections.abc import Callable, Mapping

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import EVENTS, TICKETS, Series, series_of
from opsdesk.warehouse.protocol import Warehouse

CALLED = {TICKETS: "tickets", EVENTS: "changes"}
COUNT = """\
SELECT (SELECT COUNT(*) FROM tickets_raw) AS tickets, (SELECT COUNT(*) FROM events_raw) AS changes
"""
# Asked only where the whole does not agree: it reads a column, the count of all rows reads none.
BY_MONTH = """\
SELECT FORMAT_TIMESTAMP('%Y-%m', `{instant}`, 'UTC') AS month, COUNT(*) AS tickets
FROM {table}
GROUP BY month
"""
MOST_NAMED = 6  # months in a sentence


def count_rows(warehouse: Warehouse) -> dict[Series, int]:
    """Return how many tickets and how many changes are in the raw tables."""
    counted = warehouse.query(COUNT).iloc[0]
    return {series: int(counted[name]) for series, name in CALLED.items()}


def reconcile(
    manifests: Mapping[str, Manifest],
    asked: Callable[[str], bool],
    ledger: pd.DataFrame,
    counted: Mapping[Series, int],
    warehouse: Warehouse,
) -> pd.DataFrame:
    """Check that lake, ledger and tables have the same rows; return tickets, rows of each place.

    `asked` tells whether a month was to be loaded. `ledger` has month and rows of every partition,
    `counted` is the number of rows in the tables. Changes are shown where there are any.

    Raises:
        OpsdeskError: they have not: something else has written to a table or the ledger, or
            deleted rows.
    """
    places: dict[str, int] = {}
    for series, found in counted.items():
        loaded = {
            month: rows for month, rows in ledger.values.tolist() if series_of(month) is series
        }
        months = {
            name: manifest.rows for name, manifest in manifests.items() if series_of(name) is series
        }
        if series is TICKETS or months or loaded or found:
            places |= _reconcile(series, months, asked, loaded, found, warehouse)
    return pd.DataFrame(list(places.items()), columns=["tickets", "rows"])


def _reconcile(
    series: Series,
    months: Mapping[str, int],
    asked: Callable[[str], bool],
    loaded: Mapping[str, int],
    counted: int,
    warehouse: Warehouse,
) -> dict[str, int]:
    """Return the rows of each place, by its name."""
    asked_for = {month: rows for month, rows in months.items() if asked(month)}
    in_span = {month: rows for month, rows in loaded.items() if asked(month)}
    of = "" if series is TICKETS else f"{CALLED[series]} "
    places = {
        f"{of}in the manifests of these months": sum(asked_for.values()),
        f"{of}in the ledger of these months": sum(in_span.values()),
        f"{of}in the ledger of all months": sum(loaded.values()),
        f"{of}counted in {series.table}": counted,
    }
    if asked_for != in_span or sum(loaded.values()) != counted:
        numbers = ", ".join(f"{rows:,} {place}" for place, rows in places.items())
        raise OpsdeskError(
            f"Lake and warehouse {warehouse.url} do not have the same {CALLED[series]}: {numbers}. "
            f"{_differing(series, loaded, warehouse)}Has another program written to the warehouse, "
            "or does it delete old rows? Remove it, and run 02_backfill again."
        )
    return places


def _differing(series: Series, loaded: Mapping[str, int], warehouse: Warehouse) -> str:
    """Return a sentence about the months that the table has with other rows than the ledger."""
    rows_by_month = warehouse.ask(BY_MONTH.format(instant=series.instant, table=series.table))
    found = {series.partition(month): int(rows) for month, rows in rows_by_month.values.tolist()}
    months = sorted(
        month for month in {*loaded, *found} if loaded.get(month, 0) != found.get(month, 0)
    )
    if not months:
        return ""
    named = ", ".join(
        f"{month} {found.get(month, 0):,} of {loaded.get(month, 0):,}"
        for month in months[:MOST_NAMED]
    )
    more = f" and {len(months) - MOST_NAMED} more months" if len(months) > MOST_NAMED else ""
    return f"In {series.table} are, of the rows that were loaded: {named}{more}. "
