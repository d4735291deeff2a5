"""Concentration: the share of the open tickets in the five largest segments of a dimension."""

import pandas as pd

from opsdesk.trends.coverage import DAY, Coverage
from opsdesk.trends.questions import ask
from opsdesk.trends.snapshot import UNASSIGNED
from opsdesk.warehouse.open import Warehouse

LARGEST = 5
AGENTS = "agent"
COLUMNS = ["dimension", "segments", "largest", "open_tickets", "share_of_open"]


def read_concentration(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return one row per dimension: what share of the open tickets its five largest segments have.

    Columns: dimension, segments (with an open ticket), largest (their names), open_tickets (in
    them) and share_of_open, the largest share first. Agents are a dimension here; of tickets
    without an agent there is no share. A dimension of at most five segments is left out.
    """
    if coverage.closed_from is not None:
        return pd.DataFrame(columns=COLUMNS)
    last_day = coverage.last_day.date()
    before = (coverage.last_day - DAY).date()
    segments = ask(warehouse, "segments", last_day=last_day, before=before)
    rows = [_of(name, stock) for name, stock in _by_dimension(segments, "dimension", "segment")]
    agents = ask(warehouse, "agents", last_day=last_day)
    agents = agents[agents["agent_id"] != UNASSIGNED].assign(dimension=AGENTS)
    rows += [_of(name, stock) for name, stock in _by_dimension(agents, "dimension", "agent_id")]
    found = pd.DataFrame([row for row in rows if row], columns=COLUMNS)
    ordered = ["share_of_open", "dimension"]
    return found.sort_values(ordered, ascending=[False, True], ignore_index=True)


def _by_dimension(
    stocks: pd.DataFrame, dimension: str, segment: str
) -> list[tuple[str, pd.Series]]:
    """Return the open tickets by segment of each dimension, the largest first, without 0."""
    there = stocks[stocks["open_tickets"] > 0]
    ordered = there.sort_values(["open_tickets", segment], ascending=[False, True])
    return [
        (str(name), rows.set_index(segment)["open_tickets"])
        for name, rows in ordered.groupby(dimension)
    ]


def _of(dimension: str, stock: pd.Series) -> dict[str, object]:
    """Return the row of one dimension; nothing where it has at most five segments."""
    if len(stock) <= LARGEST:
        return {}
    top = stock.head(LARGEST)
    return {
        "dimension": dimension,
        "segments": len(stock),
        "largest": ", ".join(top.index),
        "open_tickets": int(top.sum()),
        "share_of_open": top.sum() / stock.sum(),
    }
