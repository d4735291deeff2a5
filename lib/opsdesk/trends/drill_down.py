"""From a number on a chart to the tickets behind it: the query for the tickets of a day in a state.

`queries/tickets_STATE.sql` defines each state, ticket by ticket, as a column of the daily tables.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches

from opsdesk.config.blocks import hint
from opsdesk.errors import OpsdeskError
from opsdesk.trends.questions import read_question

STATES = ("open", "created", "resolved", "past_due", "due", "missed")
TEAM = (
    "COALESCE((SELECT a.team FROM dim_agents AS a "
    "WHERE a.agent_id = t.agent_id AND a.team <> ''), '(none)')"
)


def day_of(ops_date: object) -> date:
    """Return `ops_date` as a date; it is a date, or a text such as "2023-06-30".

    Raises:
        OpsdeskError: it is neither.
    """
    if isinstance(ops_date, datetime):
        return ops_date.date()
    try:
        return date.fromisoformat(str(ops_date))
    except ValueError:
        raise OpsdeskError(
            f'ops_date {ops_date!r} is not a day: write it as "2023-06-30".'
        ) from None


def tickets_query(
    day: date,
    as_of: object,
    state: str,
    filters: Mapping[str, object],
    columns: list[str],
) -> tuple[str, dict[str, object]]:
    """Return GoogleSQL and its parameters for the tickets in `state` at the end of (or on) `day`.

    A filter is a column of fact_tickets, or team. Its value is one value or a list of values.

    Raises:
        OpsdeskError: unknown state or column.
    """
    if state not in STATES:
        raise OpsdeskError(f"There is no state {state!r}: {_states(state)}")
    tickets = read_question(f"tickets_{state}")
    values: dict[str, object] = {"day": day}
    if "@as_of" in tickets:  # a parameter that a query does not use is an error in some engines
        values["as_of"] = as_of
    conditions = []
    for place, (column, value) in enumerate(filters.items()):
        _check_column(column, columns)
        chosen = _named(place, value)
        values |= chosen
        conditions.append(_condition(column, chosen))
    where = " AND ".join(conditions) or "TRUE"
    sql = f"SELECT t.* FROM (\n{tickets}) AS t WHERE {where} ORDER BY t.created_at, t.ticket_id"
    return sql, values


def _check_column(column: str, columns: list[str]) -> None:
    known = [*columns, "team"]
    if column not in known:
        raise OpsdeskError(f"Tickets have no column {column!r}: {hint(column, known)}")


def listed(value: object) -> list[object]:
    """Return the values of a filter, which is one value or several."""
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _states(state: str) -> str:
    near = get_close_matches(state.lower(), STATES, 1)
    return f"did you mean {near[0]}?" if near else f"the states are {', '.join(STATES)}."


def _named(place: int, value: object) -> dict[str, object]:
    """Return the values of one filter by the name of their parameter."""
    return {f"v{place}_{number}": one for number, one in enumerate(listed(value))}


def _condition(column: str, names: Iterable[str]) -> str:
    """Return a condition that is true where the column has one of the named values."""
    subject = TEAM if column == "team" else f"t.{column}"
    listed = ", ".join(f"@{name}" for name in names) or "NULL"  # no value: no ticket
    return f"{subject} IN ({listed})"
