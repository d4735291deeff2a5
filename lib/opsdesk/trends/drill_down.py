"""From a number on a chart to the tickets behind it: the query for the tickets of a day in a state.

`queries/tickets_STATE.sql` defines each state, ticket by ticket, as a column of the daily tables.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches

from opsdesk.errors import OpsdeskError
from opsdesk.trends.questions import read_question
from opsdesk.trends.selection import select_tickets

STATES = ("open", "created", "reopened", "resolved", "past_due", "due", "missed")


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
    attributes: Collection[str] = (),
) -> tuple[str, dict[str, object]]:
    """Return GoogleSQL and its parameters for the tickets in `state` at the end of (or on) `day`.

    A filter is a column of fact_tickets, team or one of the `attributes`. Its value is one value
    or a list of values. It compares the values at as_of, also where a ticket had others that day.

    Raises:
        OpsdeskError: unknown state or column.
    """
    if state not in STATES:
        raise OpsdeskError(f"There is no state {state!r}: {_states(state)}")
    tickets = read_question(f"tickets_{state}")
    values: dict[str, object] = {"day": day}
    if "@as_of" in tickets:  # a parameter that a query does not use is an error in some engines
        values["as_of"] = as_of
    selection = select_tickets(filters, columns, attributes)
    where = selection.condition
    sql = f"SELECT t.* FROM (\n{tickets}) AS t WHERE {where} ORDER BY t.created_at, t.ticket_id"
    return sql, values | {**selection.values}


def _states(state: object) -> str:
    near = get_close_matches(str(state).lower(), STATES, 2)
    return f"did you mean {' or '.join(near)}?" if near else f"the states are {', '.join(STATES)}."
