"""Estimates on their way into a warehouse, with the publication that they were made from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from opsdesk.catalogue.tables import estimates


@dataclass(frozen=True)
class Question:
    """A GoogleSQL query whose rows become a table; each `@name` takes `parameters["name"]`."""

    sql: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Estimates:
    """All tables of estimates, as rows or as the question whose answer they are.

    `run_id` and `fingerprint` are those of the row of `_runs` that they were made from. `method`
    tells one way of making them from another.
    """

    run_id: str
    fingerprint: str
    method: str
    made_at: datetime
    rows: Mapping[str, pd.DataFrame]
    questions: Mapping[str, Question]

    def __post_init__(self) -> None:
        """Refuse to leave a table as it was, next to new ones.

        Raises:
            AssertionError: a table is missing, or is there twice.
        """
        given = sorted([*self.rows, *self.questions])
        assert given == sorted(table.name for table in estimates()), given

    def ledger_row(self, rows: Mapping[str, int]) -> dict[str, object]:
        """Return the row of `_foresight`, from the rows of each table."""
        in_order = {table.name: rows[table.name] for table in estimates()}
        return {
            "run_id": self.run_id,
            "fingerprint": self.fingerprint,
            "method": self.method,
            "rows": json.dumps(in_order),
            "made_at": self.made_at,
        }
