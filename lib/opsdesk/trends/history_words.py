"""Sentences about histories: reopened tickets, on whom tickets wait, how often they are passed on.

All are plain text, "" where there is nothing to say.
"""

import pandas as pd

from opsdesk.guards.texts import one_line
from opsdesk.trends.number_words import count, hours, listed, share, short_day, signed

NO_HISTORIES = (
    "No ticket has a history. To give it, name an export of changes as `events` in the params file."
)
NO_LOG_ISSUES = "Log and export agree, or there is no log of changes."


def about_histories(histories: pd.DataFrame) -> list[str]:
    """Return sentences about the last week with a closing; none without histories."""
    known = histories[histories["closings"] > 0]
    if known.empty:
        return []
    week = known.iloc[-1]
    done = "1 closing" if week["closings"] == 1 else f"{count(week['closings'])} closings"
    sentences = [
        f"In the week to {short_day(week['week_ending'])}, {_tickets(week['reopened'])} reopened, "
        f"against {done} ({share(week['reopen_rate'])})."
    ]
    if pd.notna(week["hours_with_us"]):
        sentences.append(
            f"On average a resolved ticket had waited {hours(week['hours_with_us'])} on us and "
            f"{hours(week['hours_with_customer'])} on the customer, and was passed on "
            f"{week['reassignments']:.1f} times."
        )
    return sentences


def about_paused(paused: int, open_tickets: int) -> str:
    """Return how many of the open tickets are paused."""
    if not paused:
        return ""
    are = "is" if paused == 1 else "are"
    stock = "1 open ticket" if open_tickets == 1 else f"the {count(open_tickets)} open tickets"
    return f"Of {stock}, {count(paused)} {are} paused: a status stops the clock."


def about_moves(explained: pd.DataFrame) -> str:
    """Return which segments open tickets came into and left, from the result of `explain`."""
    moves = int(explained["moved_in"].sum())
    if not moves:
        return ""
    by_segment = explained.set_index("segment")
    net = by_segment["moved_in"] - by_segment["moved_out"]
    net = net[net != 0].sort_values(ascending=False, kind="stable")
    parts = [f"{one_line(str(name))} ({signed(change)})" for name, change in net.items()]
    many = "1 open ticket" if moves == 1 else f"{count(moves)} open tickets"
    where = listed(parts) if parts else "as many in as out"
    return f"{many} came over from another segment: {where}."


def _tickets(number: float) -> str:
    if not number:
        return "no ticket was"
    return "1 ticket was" if number == 1 else f"{count(number)} tickets were"


def as_paragraph(sentences: list[str]) -> str:
    """Return sentences as a notebook shows them."""
    return " ".join(sentence for sentence in sentences if sentence)
