"""Where a missed target is missed: the segments that have most of what is too much."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from opsdesk.config.targets import ALL, Target
from opsdesk.guards.texts import one_line
from opsdesk.trends.change_words import fewest
from opsdesk.trends.coverage import DAY
from opsdesk.trends.number_words import listed
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

COUNTED = {
    "attainment": "missed deadlines",
    "backlog_size": "open tickets",
    "past_due": "tickets past due",
}


class Part(NamedTuple):
    """A segment and its tickets."""

    segment: str
    tickets: int


@dataclass(frozen=True)
class Worst:
    """The segments of the dimension `by` with most of the `total` tickets, at most three."""

    indicator: str
    by: str
    total: int
    parts: tuple[Part, ...]

    @property
    def share(self) -> float:
        """Return the share of all tickets that the segments have together."""
        return sum(part.tickets for part in self.parts) / self.total


def read_worst(
    warehouse: Warehouse, target: Target, last_day: pd.Timestamp, by: str
) -> Worst | None:
    """Return where a target of the whole desk is missed, in the week up to `last_day`.

    Of attainment it counts missed deadlines of the week, of stocks tickets at its end. None for
    hours and for a target of a segment, which have no parts, and where `by` does not divide.
    """
    if target.dimension != ALL or target.indicator not in COUNTED:
        return None
    first, last = (last_day - 6 * DAY).date(), last_day.date()
    rows = ask(warehouse, "worst", dimension=by, first_day=first, last_day=last)
    tickets = rows.set_index("segment")[target.indicator]
    return worst_of(target.indicator, by, tickets)


def worst_of(indicator: str, by: str, tickets: pd.Series) -> Worst | None:
    """Return the fewest segments that have 80 % of the tickets, at most three, most first."""
    tickets = tickets[tickets > 0]
    if len(tickets) < 2:
        return None
    named, _ = fewest(tickets)
    parts = tuple(Part(str(segment), int(count)) for segment, count in named.items())
    return Worst(indicator, by, int(tickets.sum()), parts)


def worst_sentence(worst: Worst | None) -> str:
    """Return which segments have most of what is too much, as plain text; "" for None."""
    if worst is None:
        return ""
    named = [f"{one_line(part.segment)} ({part.tickets:,})" for part in worst.parts]
    verb = "is" if len(named) == 1 else "are"
    counted = f"{worst.total:,} {COUNTED[worst.indicator]}"
    return f"By {worst.by}, {worst.share:.0%} of the {counted} {verb} {listed(named)}."
