"""Which tickets: filters on columns, team and attributes, as a condition with parameters.

A filter is one value or several; several filters hold at the same time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from opsdesk.catalogue.tables import catalogue
from opsdesk.config.blocks import hint
from opsdesk.errors import OpsdeskError
from opsdesk.trends.questions import read_question
from opsdesk.warehouse.open import Warehouse

ALL_TICKETS = "FROM fact_tickets AS t\n"  # as the questions write it that can be narrowed
ATTRIBUTES = "SELECT attribute FROM dim_attributes ORDER BY attribute"
TEAM = "team"
TEAM_OF_TICKET = (  # as in segment_daily: by the log of changes, else that of the agent
    "COALESCE(t.team_in_force, (SELECT a.team FROM dim_agents AS a "
    "WHERE a.agent_id = t.agent_id AND a.team <> ''), '(none)')"
)


@dataclass(frozen=True)
class Selection:
    """A condition on `t`, a row of fact_tickets, and the values of its parameters."""

    condition: str = "TRUE"
    values: Mapping[str, object] = field(default_factory=dict)

    def narrow(self, question: str) -> str:
        """Return a question about all tickets as one about the selected tickets."""
        selected = f"FROM (SELECT t.* FROM fact_tickets AS t WHERE {self.condition}) AS t\n"
        return question.replace(ALL_TICKETS, selected)


EVERY_TICKET = Selection()


def ask_of(
    warehouse: Warehouse, selection: Selection, question: str, **values: object
) -> pd.DataFrame:
    """Return the answer to a question about all tickets, for the selected ones only."""
    sql = read_question(question)
    if selection is not EVERY_TICKET:
        sql = selection.narrow(sql)
    return warehouse.ask(sql, {**values, **selection.values})


def read_attributes(warehouse: Warehouse, filters: Mapping[str, object]) -> list[str]:
    """Return the attributes of the tickets; none where every filter is a column or team."""
    others = set(filters) - {*warehouse.columns("fact_tickets"), TEAM}
    return list(warehouse.ask(ATTRIBUTES, {})["attribute"]) if others else []


def select_tickets(
    filters: Mapping[str, object], columns: list[str], attributes: Collection[str] = ()
) -> Selection:
    """Return the selection of the tickets that have the values of every filter.

    A filter is a column of fact_tickets, team, or an attribute.

    Raises:
        OpsdeskError: a filter is another name (the text suggests a near one), or its column cannot
            have that value.
    """
    values: dict[str, object] = {}
    conditions = []
    for place, (name, value) in enumerate(filters.items()):
        subject = _subject(name, columns, attributes)
        for one in listed(value):
            _refuse_wrong_kind(name, one)
        chosen = _named(place, value, is_escaped=name in attributes)
        values |= chosen
        conditions.append(_condition(subject, chosen))
    return Selection(" AND ".join(conditions) or "TRUE", values)


def listed(value: object) -> list[object]:
    """Return the values of a filter, which is one value or several, such as a list or a Series."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value]
    return [one.item() if isinstance(one, np.generic) else one for one in value]


def is_blank(value: object) -> bool:
    """Return whether a value is None or NaN, which no ticket has."""
    return bool(pd.Series([value], dtype="object").isna().iloc[0])


@cache
def _other_than_texts() -> frozenset[str]:
    """Return the columns of numbers, dates, instants and truth values."""
    columns = catalogue()["fact_tickets"].columns
    return frozenset(column.name for column in columns if column.type != "STRING")


def _refuse_wrong_kind(name: str, value: object) -> None:
    """Refuse a value that a column cannot have: an engine would say so in its own words."""
    if isinstance(value, str) or is_blank(value):
        return
    if name not in _other_than_texts():
        raise OpsdeskError(f"{name} holds texts: write {str(value)!r} for {value!r}.")
    if not isinstance(value, int | float | date):
        raise OpsdeskError(f"{name}: {value!r} is no text, number, date or list of them.")


def _subject(name: str, columns: list[str], attributes: Collection[str]) -> str:
    """Return SQL for what a filter compares."""
    if name == TEAM:
        return TEAM_OF_TICKET
    if name in columns:
        return f"t.{name}"
    if name in attributes:  # names are letters, digits and _
        return f"""COALESCE(REGEXP_EXTRACT(t.attributes, '"{name}":"([^"]*)"'), '(none)')"""
    known = [*columns, TEAM, *attributes]
    raise OpsdeskError(f"Tickets have no column {name!r}: {hint(name, known)}")


def _named(place: int, value: object, is_escaped: bool) -> dict[str, object]:
    """Return the values of one filter by the name of their parameter."""
    values = map(_escaped, listed(value)) if is_escaped else listed(value)
    return {f"v{place}_{number}": one for number, one in enumerate(values)}


def _escaped(value: object) -> object:
    """Return a text as the column `attributes` has it: see `ingest/attributes_sql`."""
    if not isinstance(value, str):
        return value
    return "".join(f"\\u{ord(sign):04x}" if sign < " " or sign in '\\"' else sign for sign in value)


def _condition(subject: str, names: Iterable[str]) -> str:
    """Return a condition that is true where the subject has one of the named values."""
    chosen = ", ".join(f"@{name}" for name in names) or "NULL"  # no value: no ticket
    return f"{subject} IN ({chosen})"
