"""The questions of this room: GoogleSQL files in `queries/`, which take their values as `@name`."""

from functools import cache
from importlib import resources

import pandas as pd

from opsdesk.warehouse.open import Warehouse

ODDS = "breach_odds"  # the beginning of the queries about tickets


@cache
def read_question(name: str) -> str:
    """Return the text of `queries/{name}.sql`."""
    file = resources.files(__package__) / "queries" / f"{name}.sql"
    return file.read_text(encoding="utf-8")


@cache
def read_odds_question(name: str) -> str:
    """Return the text of a query that continues breach_odds."""
    return read_question(ODDS) + read_question(name)


def ask(warehouse: Warehouse, name: str, **values: object) -> pd.DataFrame:
    """Return the answer of the published tables to one question.

    Raises:
        OpsdeskError: no warehouse yet, or the error of its engine.
    """
    return warehouse.ask(read_question(name), values)


def ask_odds(warehouse: Warehouse, name: str, values: dict[str, object]) -> pd.DataFrame:
    """Return the answer to a question that continues breach_odds.

    Raises:
        OpsdeskError: no warehouse yet, or the error of its engine.
    """
    return warehouse.ask(read_odds_question(name), values)
