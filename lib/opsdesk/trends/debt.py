"""Debt: how much of the backlog was opened in the last 28 days, and how much is older."""

import pandas as pd

from opsdesk.trends.clearing import PERIOD_DAYS
from opsdesk.trends.coverage import DAY, Coverage, last_whole_day
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

COLUMNS = ["ops_date", "open_tickets", "opened_within", "older"]


def read_debt(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return the open tickets at the end of the last whole day, and 28 days before, by their age.

    Columns: ops_date, open_tickets, opened_within (in the 28 days up to that day) and older. What
    is older now was open 28 days before, too. A day of the burn-in is left out: its older tickets
    are missing. The frame is empty where the backlog is not known, or intake has ended.
    """
    last = last_whole_day(coverage)
    before = last - PERIOD_DAYS * DAY
    ends = [end for end in (before, last) if end > coverage.burn_in_until]
    if coverage.closed_from is not None or coverage.intake_until is not None:
        ends = []
    if not ends:
        return pd.DataFrame(columns=COLUMNS)
    stocks = ask(warehouse, "debt", last_day=last.date(), before=before.date())
    stocks["ops_date"] = pd.to_datetime(stocks["ops_date"])
    known = stocks.set_index("ops_date").reindex(pd.Index(ends, name="ops_date"), fill_value=0)
    known = known.astype("int64")  # DuckDB sums whole numbers beyond 64 bits
    known["older"] = known["open_tickets"] - known["opened_within"]
    return known.reset_index()[COLUMNS]
