"""The questions of this room: GoogleSQL files in `queries/`, which take their values as `@name`."""

from functools import cache
from importlib import resources

import pandas as pd

from opsdesk.warehouse.open import Warehouse


@cache
def read_question(name: str) -> str:
    """Return the text of `queries/{name}.sql`."""
    file = resources.files(__package__) / "queries" / f"{name}.sql"
    return file.read_text(encoding="utf-8")


def ask(warehouse: Warehouse, name: str, **values: object) -> pd.DataFrame:
    """Return the answer of the published tables to one question; each `@name` takes its value.

    Raises:
        OpsdeskError: no warehouse yet, or the error of its engine.
    """
    return warehouse.ask(read_question(name), values)
