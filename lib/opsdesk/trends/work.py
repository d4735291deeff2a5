"""What to work on first: the rows of work_next for a report, a session and files."""

from typing import NamedTuple

import pandas as pd

from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

FIRST = 10
MOST = 0.5  # a share of the stock above which a list no longer says what comes first


class FirstTen(NamedTuple):
    """The first tickets to work on, how many rules select, and how many tickets are open."""

    rows: pd.DataFrame
    selected: int
    open_tickets: int

    @property
    def following(self) -> int:
        """Return how many selected tickets come after these."""
        return self.selected - len(self.rows)

    @property
    def selects_most(self) -> bool:
        """Return whether the rules select most of the open tickets."""
        return self.selected > self.open_tickets * MOST

    @property
    def sentence(self) -> str:
        """Return how many follow, and of how many; what to do where rules select too much."""
        if not self.open_tickets:
            return "No ticket is open."
        if not self.selected:
            return f"No rule selects any of {_open(self.open_tickets)}."
        said = f"The rules select {self.selected:,} of {_open(self.open_tickets)}"
        if self.following:
            said += f"; {self.following:,} follow these"
        if self.selects_most and self.following:
            said += ". That is most of them: rules that select less say more"
        return f"{said}."


def _open(tickets: int) -> str:
    return "1 open ticket" if tickets == 1 else f"{tickets:,} open tickets"


def first_ten(warehouse: Warehouse) -> FirstTen:
    """Return the ten tickets to work on first, and how many follow."""
    counts = ask(warehouse, "work_counts").iloc[0]
    rows = ask(warehouse, "work_first", places=FIRST)
    return FirstTen(rows, int(counts["selected"]), int(counts["open_tickets"]))


def read_work(warehouse: Warehouse, agent: str = "") -> pd.DataFrame:
    """Return all selected tickets in order of rank, those of one agent where one is named."""
    return ask(warehouse, "work_of_agent", agent=agent) if agent else ask(warehouse, "work")
