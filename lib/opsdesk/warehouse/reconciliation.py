"""Whether lake, ledger and table have the same tickets, and which months differ."""

from collections.abc import Callable, Mapping

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import AGENTS
from opsdesk.warehouse.protocol import Warehouse

# Asked only where the whole does not agree: it reads a column, the count of all rows reads none.
BY_MONTH = """\
SELECT FORMAT_TIMESTAMP('%Y-%m', created_at, 'UTC') AS month, COUNT(*) AS tickets
FROM tickets_raw
GROUP BY month
"""
MOST_NAMED = 6  # months in a sentence


def reconcile(
    manifests: Mapping[str, Manifest],
    asked: Callable[[str], bool],
    ledger: pd.DataFrame,
    counted: int,
    warehouse: Warehouse,
) -> pd.DataFrame:
    """Check that lake, ledger and table have the same tickets; return tickets, rows of each.

    `asked` tells whether a month was to be loaded. `ledger` has month and rows of every partition,
    `counted` is the number of rows in tickets_raw.

    Raises:
        OpsdeskError: they have not: something else has written to the table or the ledger, or
            deleted rows.
    """
    loaded = {month: rows for month, rows in ledger.values.tolist() if month != AGENTS}
    months = {name: manifest.rows for name, manifest in manifests.items() if name != AGENTS}
    asked_for = {month: rows for month, rows in months.items() if asked(month)}
    in_span = {month: rows for month, rows in loaded.items() if asked(month)}
    places = {
        "in the manifests of these months": sum(asked_for.values()),
        "in the ledger of these months": sum(in_span.values()),
        "in the ledger of all months": sum(loaded.values()),
        "counted in tickets_raw": counted,
    }
    if asked_for != in_span or sum(loaded.values()) != counted:
        numbers = ", ".join(f"{rows:,} {place}" for place, rows in places.items())
        raise OpsdeskError(
            f"Lake and warehouse {warehouse.url} do not have the same tickets: {numbers}. "
            f"{_differing(loaded, warehouse)}Has another program written to the warehouse, or does "
            "it delete old rows? Remove it, and run 02_backfill again."
        )
    return pd.DataFrame(list(places.items()), columns=["tickets", "rows"])


def _differing(loaded: Mapping[str, int], warehouse: Warehouse) -> str:
    """Return a sentence about the months that the table has with other rows than the ledger."""
    found = {month: int(rows) for month, rows in warehouse.ask(BY_MONTH).values.tolist()}
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
    return f"In tickets_raw are, of the rows that were loaded: {named}{more}. "
