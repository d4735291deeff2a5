"""Why SLA attainment moved: the sentence on kept and missed deadlines."""

import pandas as pd

from opsdesk.brief.emphasis import strong
from opsdesk.brief.facts import Facts
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words

LARGE = 0.3  # of the difference, from which one segment is named


def promises_sentence(facts: Facts) -> str:
    """Return how attainment moved against the week before, and through which segment mostly."""
    change = facts.changes.get("week")
    if change is None or change.compared is None or len(facts.weeks) < 2:
        return ""
    both = facts.weeks["attainment"].tail(2)
    if both.isna().any() or facts.weeks["is_due_few"].tail(2).any():
        return ""  # a rate of a few tickets is chance
    before, now = both
    difference = now - before
    if round(difference, 3) == 0:
        return f"SLA attainment is {strong(words.share(now))}, as in the week before."
    verb = "rose" if difference > 0 else "fell"
    moved = strong(f"{abs(difference) * 100:.1f} points")
    said = f"SLA attainment {verb} {moved} to {strong(words.share(now))}{_outside(facts, now)}"
    return f"{said}{_through(change.compared, difference) if facts.dimension else ''}."


def _outside(facts: Facts, now: float) -> str:
    normal = facts.normal("attainment")
    if normal is None or normal[0] <= now <= normal[1]:
        return ""
    return f", {'below' if now < normal[0] else 'above'} its normal range"


def _through(compared: pd.DataFrame, difference: float) -> str:
    """Return the segment with the largest effect, where it is large and in the same direction."""
    effects = compared["attainment_rate_effect"] + compared["attainment_mix_effect"]
    if effects.isna().all():
        return ""
    place = int(effects.abs().fillna(0).to_numpy().argmax())
    largest = compared.iloc[place]
    effect = float(effects.iloc[place])
    if effect * difference <= 0 or abs(effect) < LARGE * abs(difference):
        return ""
    name = strong(one_line(str(largest["segment"])))
    counts = (
        f"{words.count(largest['missed'])} of {words.count(largest['due'])} deadlines missed, "
        f"after {words.count(largest['missed_before'])} of {words.count(largest['due_before'])}"
    )
    if abs(effect) <= abs(difference):
        return f", {abs(effect) * 100:.1f} of them through {name}: {counts}"
    verb = "rise" if effect > 0 else "fall"
    points = f"{abs(effect) * 100:.1f} points"
    return f"; {name} alone would have let it {verb} by {points}: {counts}"
