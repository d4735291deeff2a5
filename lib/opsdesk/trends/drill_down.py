"""From a number on a chart to the tickets behind it: the query for the tickets of a day in a state."""

from collections.abc import Mapping
from datetime import date, datetime

from opsdesk.errors import OpsdeskError

OPEN = "created_date <= @day AND (resolved_date IS NULL OR resolved_date > @day)"
STATES = {
    "open": OPEN,
    "created": "created_date = @day",
    "resolved": "resolved_date = @day",
    "past_due": f"{OPEN} AND due_date <= @day AND due_at <= @as_of",
    "due": "due_date = @day AND due_at <= @as_of",
    "missed": "due_date = @day AND breached_at IS NOT NULL",
}  # each is a column of features_daily or backlog_daily, ticket by ticket
TEAM = "(SELECT a.team FROM dim_agents AS a WHERE a.agent_id = t.agent_id AND a.team <> '')"


def day_of(ops_date: object) -> date:
    """`ops_date` as a date: a date, or a text such as "2023-06-30".

    Raises:
        OpsdeskError: it is neither.
    """
    try:
        return (
            ops_date.date() if isinstance(ops_date, datetime) else date.fromisoformat(str(ops_date))
        )
    except ValueError:
        raise OpsdeskError(
            f'ops_date {ops_date!r} is not a day: write it as "2023-06-30".'
        ) from None


def tickets_query(
    day: date, as_of: object, state: str, filters: Mapping[str, object], columns: list[str]
) -> tuple[str, dict[str, object]]:
    """GoogleSQL and its parameters for the tickets in `state` at the end of (or on) `day`.

    A filter is a column of fact_tickets, or team; its value one value or a list of them.

    Raises:
        OpsdeskError: unknown state or column.
    """
    if state not in STATES:
        raise OpsdeskError(f"There is no state {state!r}: the states are {', '.join(STATES)}.")
    conditions, values = [STATES[state]], {"day": day}
    if "@as_of" in STATES[state]:
        values["as_of"] = as_of
    for place, (column, value) in enumerate(filters.items()):
        if column not in (*columns, "team"):
            raise OpsdeskError(
                f"Tickets have no column {column!r}: there are {', '.join([*columns, 'team'])}."
            )
        chosen = value if isinstance(value, list | tuple | set) else [value]
        names = [f"v{place}_{number}" for number in range(len(chosen))]
        values |= dict(zip(names, chosen, strict=True))
        subject = f"COALESCE({TEAM}, '(none)')" if column == "team" else f"t.{column}"
        conditions.append(f"{subject} IN ({', '.join(f'@{name}' for name in names) or 'NULL'})")
    return (
        f"SELECT t.* FROM fact_tickets AS t WHERE {' AND '.join(conditions)} ORDER BY t.created_at, t.ticket_id",
        values,
    )
