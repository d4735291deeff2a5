"""What explore.ipynb shows for a choice: three charts, and the tickets behind a day."""

import warnings
from typing import NamedTuple

import pandas as pd

from opsdesk.display.charts import Shown
from opsdesk.display.sentence import Sentence, literally
from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_zone
from opsdesk.session import Session

CHARTS = ("backlog", "flow", "attainment")
ROWS = 20
COLUMNS = (  # of a ticket, in the order in which they are shown
    *("ticket_id", "created_at", "due_at", "resolved_at", "priority", "category", "agent_id"),
    *("customer", "subject"),
)


class Choice(NamedTuple):
    """What a person chose: segments of a dimension (none of them: all tickets), and a span."""

    dimension: str
    segments: tuple[str, ...]
    first: str
    last: str

    @property
    def filters(self) -> dict[str, object]:
        """Return the filters of `session.tickets` and `session.chart`."""
        return {self.dimension: list(self.segments)} if self.segments else {}


def draw_charts(desk: Session, choice: Choice) -> list[Shown]:
    """Return backlog, flow and attainment, or the sentences in their place."""
    span = (choice.first, choice.last)
    try:
        return desk.charts(CHARTS, span, **choice.filters)
    except OpsdeskError as error:
        return [Sentence(literally(str(error)))]


def find_tickets(
    desk: Session, choice: Choice, day: str, state: str
) -> list[Sentence | pd.DataFrame]:
    """Return the sentence that counts the tickets in `state` on a day, and the first of them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the sentence below says that there is no ticket
            found = desk.tickets(day, state=state, **choice.filters)
    except OpsdeskError as error:
        return [Sentence(literally(str(error)))]
    zone = desk.params["timezone"]
    sentence = Sentence(literally(_count(found, day, state, zone)))
    return [sentence] if found.empty else [sentence, _shown(found, zone)]


def _count(tickets: pd.DataFrame, day: str, state: str, zone: str) -> str:
    count = f"{len(tickets):,}" if len(tickets) else "No"
    tickets_are = "ticket is" if len(tickets) < 2 else "tickets are"
    shown = f" The oldest {ROWS} are shown." if len(tickets) > ROWS else ""
    times = f" Times are in {zone}." if len(tickets) else ""
    return f"{count} {tickets_are} {state.replace('_', ' ')} on {day}.{shown}{times}"


def _shown(tickets: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return the first tickets as text, with the columns that say something."""
    first = tickets.head(ROWS)
    known = [name for name in COLUMNS if name in first and _says_something(first[name])]
    shown = first[known].set_index("ticket_id").rename_axis(index=None, columns="ticket_id")
    for name in shown.select_dtypes("datetimetz"):
        shown[name] = shown[name].dt.tz_convert(read_zone(zone)).dt.strftime("%Y-%m-%d %H:%M")
    return shown.fillna("–")


def _says_something(column: pd.Series) -> bool:
    return bool((column.notna() & (column != "(none)")).any())
