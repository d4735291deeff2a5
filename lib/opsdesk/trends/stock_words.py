"""Sentences about the open tickets: how long they last, how old they are, where they pile up.

All are plain text, "" where there is nothing to say. Names come from the export: who writes HTML
escapes them.
"""

import pandas as pd

from opsdesk.guards.texts import printable
from opsdesk.trends.clearing import PERIOD_DAYS, Clearing, days_to_clear
from opsdesk.trends.concentration import AGENTS, LARGEST

NO_CONCENTRATION = "No dimension has more than five segments with an open ticket."
SEGMENTS = {
    "category": "categories",
    "channel": "channels",
    "customer_tier": "customer tiers",
    "priority": "priorities",
    "team": "teams",
}


def about_clearing(clearing: Clearing) -> str:
    """Return how long the open tickets last at the pace of the last 28 days."""
    if clearing.why:
        return f"How long the open tickets last is not known: {clearing.why}."
    if not clearing.backlog:
        return "No ticket is open."
    last, net = f"In the last {PERIOD_DAYS} days", abs(clearing.net_outflow)
    more = "1 more ticket was" if net == 1 else f"{net:,} more tickets were"
    if clearing.net_outflow < 0:
        return f"The backlog grows. {last}, {more} opened than resolved."
    if not net:
        return f"{last}, as many tickets were resolved as opened: the backlog stays as it is."
    one = clearing.backlog == 1
    stock = "open ticket is" if one else f"{clearing.backlog:,} open tickets are"
    pace = f"At this pace the {stock} cleared in {days_to_clear(clearing)}."
    return f"{last}, {more} resolved than opened. {pace}"


def about_debt(debt: pd.DataFrame) -> str:
    """Return how much of the backlog is new, and how much of the earlier one is still open."""
    if debt.empty:
        return ""
    now = debt.iloc[-1]
    if not now["open_tickets"]:
        return "No ticket is open."
    new = _part(now["opened_within"], now["open_tickets"])
    older = f"{now['older']:,} {_are(now['older'])} older"
    text = (
        f"Of the {now['open_tickets']:,} open tickets, {new} {_were(now['opened_within'])} opened "
        f"in the last {PERIOD_DAYS} days, and {older}."
    )
    before = debt["open_tickets"].iloc[0]
    if len(debt) == 1 or not before:
        return text
    still = f"{_part(now['older'], before)} still {_are(now['older'])}"
    return f"{text} Of the {before:,} that were open {PERIOD_DAYS} days before, {still}."


def about_total_age(weeks: pd.DataFrame) -> str:
    """Return how old the open tickets are together at the end of the last week, and the change."""
    known = weeks[["week_ending", "total_age_days", "burn_in_until"]].tail(2).dropna()
    if known.empty or not known["total_age_days"].iloc[-1]:
        return ""
    now = known["total_age_days"].iloc[-1]
    text = f"Together the open tickets are {now:,.0f} {'day' if now == 1 else 'days'} old"
    if len(known) == 1 or known["week_ending"].iloc[0] <= known["burn_in_until"].iloc[0]:
        return f"{text}."
    change = now - known["total_age_days"].iloc[0]
    if not change:
        return f"{text}, as a week before."
    return f"{text}, {abs(change):,.0f} {'more' if change > 0 else 'fewer'} than a week before."


def about_concentration(concentration: pd.DataFrame, by: str = "category") -> str:
    """Return what share of the open tickets the five largest segments of `by`, and agents, have."""
    shares = concentration.set_index("dimension")
    parts = []
    if by in shares.index:
        row = shares.loc[by]
        name = SEGMENTS.get(by, f"segments of {printable(by)}")
        share = f"{row['share_of_open']:.0%} of the open tickets"
        largest = f"The {LARGEST} largest of the {row['segments']:,} {name} with an open ticket"
        parts.append(f"{largest} have {share}.")
    if AGENTS in shares.index:
        row = shares.loc[AGENTS]
        share = f"{row['share_of_open']:.0%} of the open tickets that have an agent"
        parts.append(f"The {LARGEST} most loaded of {row['segments']:,} agents have {share}.")
    return " ".join(parts)


def _part(count: int, total: int) -> str:
    return f"{count:,} ({count / total:.0%})"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
