"""What to do first, in a sentence: what falls due next, and where most of what is late is."""

import pandas as pd

from opsdesk.brief.emphasis import strong
from opsdesk.brief.facts import Facts
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words
from opsdesk.trends.by_segment import without_rest

HALF = 0.5
MOST = 2  # segments that are named
LEAST = 0.25  # of what is late: segments with less of it are not named
NONE = "(none)"  # the category of tickets without one


def first_sentence(facts: Facts) -> str:
    """Return what falls due next and what is late; "" where neither a deadline nor a rule says it.

    The list of work has both in order of score, so the sentence does not say which one is first.
    """
    parts = [part for part in (_due_soon(facts), _late(facts)) if part]
    if parts:
        ranked = " *Work next* ranks them by score." if facts.work.selected else ""
        return f"{'; '.join(parts)}.{ranked}"
    if not facts.work.selected:
        return ""
    first = facts.work.rows.iloc[0]
    ticket = strong(one_line(str(first["ticket_id"])))
    return f"Start with {ticket} ({one_line(str(first['reasons']))}): see *Work next*."


def _due_soon(facts: Facts) -> str:
    deadlines = facts.deadlines
    if deadlines.empty:
        return ""
    due = facts.wall_time(deadlines["due_at"].iloc[0])
    at = f"{strong(f'{due:%H:%M}')} on {due:%A}"
    if len(deadlines) == 1:
        return f"{strong('1 ticket')} falls due within 24 hours, at {at}"
    tickets = strong(f"{len(deadlines):,} tickets")
    return f"{tickets} fall due within 24 hours{_kinds(facts)}, the first at {at}"


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
    said = f"{strong(words.count(late))} {'is' if late == 1 else 'are'} past due now"
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
    share = largest["past_due"].sum() / late
    if not share >= LEAST:
        return ""
    names = words.listed([one_line(str(name)) for name in largest["segment"]])
    return f", {share:.0%} of them {names}"
