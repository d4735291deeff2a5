"""Which days of a daily table must be computed again: plain data in, plain data out."""

from collections.abc import Set
from datetime import date
from typing import NamedTuple

# What is said of a ticket's resolution and its first response. Where tickets differ in these
# columns only, and were resolved before as they are now, no day after their last event changes.
RESOLUTION = frozenset(
    {
        "resolved_at",
        "resolved_date",
        "resolution_hours_clean",
        "business_resolution_hours",
        "sla_breached",
        "sla_state",
        "breached_at",
        "first_response_at",
        "first_response_date",
        "first_response_hours",
    }
)

# Tickets that the days from {first} on need: those with an event on such a day, and the open ones.
# Of every other ticket the arrival is outweighed by its resolution, a missed deadline by a late
# resolution. But the days of a segment begin with its first ticket, so the beginnings count too.
NEEDED = """(NOT is_resolved OR created_date >= {first} OR resolved_date >= {first}
    OR due_date >= {first} OR first_response_date >= {first} OR created_date IN ({beginnings}))"""


class Touched(NamedTuple):
    """The days that changed tickets touch: from `first` to `last`, the last event of any of them.

    `are_over` says whether all were resolved before and are resolved now. No days, no ticket.
    """

    first: date | None
    last: date | None
    are_over: bool


class PublishedDays(NamedTuple):
    """What the daily tables said before any of them was built again.

    `beginnings` are the first days of the segments. `unfinished` is the last day, where as_of has
    moved on since: it had not ended.
    """

    beginnings: tuple[date, ...]
    unfinished: date | None


class Days(NamedTuple):
    """The days from `first` to `last` of a daily table; to its end where `last` is None."""

    first: date
    last: date | None
    beginnings: tuple[date, ...]

    @property
    def rows(self) -> str:
        """Return the condition for the rows of these days."""
        return self._until("ops_date", f"ops_date >= {_literal(self.first)}")

    @property
    def tickets(self) -> str:
        """Return the condition for the rows of fact_tickets that these days need."""
        beginnings = ", ".join(map(_literal, self.beginnings)) or "NULL"
        needed = NEEDED.format(first=_literal(self.first), beginnings=beginnings)
        return self._until("created_date", needed)

    def _until(self, column: str, condition: str) -> str:
        return f"{condition} AND {column} <= {_literal(self.last)}" if self.last else condition


def days_to_build(
    touched: Touched, columns: Set[str], published: PublishedDays, *, as_of_moved: bool
) -> Days | None:
    """Return the days to compute again, None where they are not known.

    `columns` are those of fact_tickets in which the touching tickets differ, as far as they matter.
    """
    known = [day for day in (touched.first, published.unfinished) if day]
    if not known:
        return None
    ends = touched.are_over and columns <= RESOLUTION and not as_of_moved
    return Days(min(known), touched.last if ends else None, published.beginnings)


def _literal(day: date) -> str:
    return f"DATE '{day}'"
