"""Due soon: what was open at the end of each week, and due within the next 24 hours."""

import pandas as pd

from opsdesk.trends.coverage import Coverage, last_whole_day
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

COLUMN = "due_24h"
DAYS_OF_A_WEEK = 7


def read_due_soon(warehouse: Warehouse, coverage: Coverage, ends: pd.Series) -> pd.Series:
    """Return how many tickets were due soon at the end of each week, 0 where none was.

    Args:
        warehouse: where the tickets are.
        coverage: the result of `coverage.read_coverage`.
        ends: the last day of each week; the last of them is the last whole day.
    """
    last = last_whole_day(coverage)
    values = {"last_day": last.date(), "timezone": coverage.timezone}
    due = ask(warehouse, "due_by_week", **values)
    by_week = due.set_index("week")[COLUMN]
    weeks = (last - ends).dt.days // DAYS_OF_A_WEEK
    known = by_week.reindex(weeks, fill_value=0).astype("float64")
    return known.set_axis(ends.index)
