"""Values of a filter that no ticket has: answered with the near names, and never silently empty."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.trends.questions import ask
from opsdesk.trends.selection import TEAM, is_blank, listed
from opsdesk.warehouse.open import Warehouse

SHOWN = 10  # of the values that there are
TEAMS = (
    "SELECT COALESCE(NULLIF(team, ''), '(none)') AS value FROM dim_agents "
    "UNION DISTINCT SELECT COALESCE(team_in_force, '(none)') AS value FROM fact_tickets"
)


def refuse_unknown_values(
    warehouse: Warehouse, found: pd.DataFrame, filters: Mapping[str, object]
) -> None:
    """Raise where a filter asks for a text that its column has in no ticket at all.

    `found` are the tickets that the filters gave: what is in them needs no further question.

    Raises:
        OpsdeskError: the text says which case or which near name there is.
    """
    for column, value in filters.items():
        there = set(found[column]) if column in found else set()
        for text in listed(value):
            if is_blank(text):
                raise OpsdeskError(
                    f"{column}={text} selects no ticket: a blank one is called '(none)', and "
                    "'(unassigned)' as an agent."
                )
            if isinstance(text, str) and text not in there:
                refuse_unknown(column, text, read_values(warehouse, column))


def read_values(warehouse: Warehouse, name: str) -> list[str]:
    """Return the texts that a column, team or an attribute has in any ticket, in order.

    None where a column holds no texts.
    """
    if name == TEAM:
        found = warehouse.ask(TEAMS, {})
    elif name in warehouse.columns("fact_tickets"):
        found = warehouse.ask(f"SELECT DISTINCT {name} AS value FROM fact_tickets", {})
    else:
        found = ask(warehouse, "segments_of", dimension=name).rename(columns={"segment": "value"})
    values = {value for value in found["value"] if isinstance(value, str)}
    return sorted(values | {"(none)"} if name == TEAM else values)


def refuse_unknown(column: str, text: str, known: Iterable[str]) -> None:
    """Raise an OpsdeskError where `text` is not among the `known` values of a column."""
    values = list(known)
    if not values or text in values:
        return
    raise OpsdeskError(f"No ticket has the {column} {text!r}: {_near(text, values)}")


def _near(text: str, values: list[str]) -> str:
    same = [value for value in values if value.casefold() == text.casefold()]
    by_case = {value.casefold(): value for value in values}
    close = same or [by_case[name] for name in get_close_matches(text.casefold(), by_case, 3)]
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    more = f" and {len(values) - SHOWN:,} more" if len(values) > SHOWN else ""
    return f"there are {', '.join(map(repr, values[:SHOWN]))}{more}."
