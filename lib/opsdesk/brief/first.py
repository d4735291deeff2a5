"""What to do first, in a sentence: what falls due next, and where most of what is late is."""

import pandas as pd

from opsdesk.brief.emphasis import strong
from opsdesk.brief.facts import Facts
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words
from opsdesk.trends.by_segment import without_rest

HALF = 0.5
MOST = 2  # segments that are named
NONE = "(none)"  # the category of tickets without one


def first_sentence(facts: Facts) -> str:
    """Return where to start; "" where neither a deadline nor a rule says it."""
    parts = [part for part in (_due_soon(facts), _late(facts)) if part]
    if parts:
        return f"{'; then '.join(parts)}."
    if not facts.work.selected:
        return ""
    first = facts.work.rows.iloc[0]
    ticket = strong(one_line(str(first["ticket_id"])))
    return f"Start with {ticket} ({one_line(str(first['reasons']))}): see *Work next*."


def _due_soon(facts: Facts) -> str:
    deadlines = facts.deadlines
    if deadlines.empty:
        return ""
    tickets = strong("the ticket" if len(deadlines) == 1 else f"the {len(deadlines):,} tickets")
    due = facts.due(float(deadlines["hours_left"].iloc[0]))
    at = f"{strong(f'{due:%H:%M}')} on {due:%A}"
    if len(deadlines) == 1:
        return f"Start with {tickets} due within 24 hours, at {at}"
    return f"Start with {tickets} due within 24 hours{_kinds(facts)}, the first at {at}"


def _kinds(facts: Facts) -> str:
    """Return which category most of the tickets due next are of."""
    kinds = facts.deadlines["category"].value_counts()
    if len(kinds) < 2 or kinds.iloc[0] == 1 or kinds.index[0] == NONE:
        return ""
    return f", {words.count(kinds.iloc[0])} of them {one_line(str(kinds.index[0]))}"


def _late(facts: Facts) -> str:
    """Return how many tickets are past due, and in which segments most of them are."""
    late = facts.days["past_due"].iloc[-1]  # at as_of, as the list of work
    if pd.isna(late) or not late:
        return ""
    said = "the ticket past due" if late == 1 else f"the {words.count(late)} past due"
    if facts.deadlines.empty:
        said = f"Start with {said}"
    return f"{said}{_in_segments(facts, float(late)) if late > 1 else ''}"


def _in_segments(facts: Facts, late: float) -> str:
    """Return the one or two segments of which most of the late tickets are."""
    segments = without_rest(facts.segments)
    ours = segments[(segments["dimension"] == facts.dimension) & (segments["past_due"] > 0)]
    largest = ours.sort_values("past_due", ascending=False, kind="stable").head(MOST)
    if largest.empty:
        return ""
    if float(largest["past_due"].iloc[0]) >= HALF * late:
        largest = largest.head(1)
    names = words.listed([one_line(str(name)) for name in largest["segment"]])
    return f", {largest['past_due'].sum() / late:.0%} of them {names}"
