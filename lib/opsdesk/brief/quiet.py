"""Whether it is a quiet morning: nothing out of the ordinary, so that one sentence is enough."""

from opsdesk.brief.facts import Facts
from opsdesk.trends.judgement import Judgement

WEEKS = 8
FLOWS = ("inflow", "outflow", "attainment")


def is_quiet(facts: Facts) -> bool:
    """Return whether nothing in the week is worth more than a sentence.

    No day is outside its limits, flows and attainment are within the range of the eight weeks
    before, and no target is newly met or missed. It is not known where a day or the targets could
    not be judged, or where the export is silent at its end.
    """
    if facts.targets_problem or facts.coverage.silent_since is not None:
        return False
    if "week" not in facts.changes or len(facts.weeks) <= WEEKS:
        return False
    is_judged = facts.signal_days_of_span()["is_judged"].all()
    is_calm = is_judged and facts.signals_of_span().empty
    return bool(is_calm) and _is_in_range(facts) and not any(map(is_new, facts.judged))


def is_new(judged: Judgement) -> bool:
    """Return whether the row of weeks in which a target is met, or missed, begins with this one."""
    return judged.is_met is not None and judged.weeks == 1


def _is_in_range(facts: Facts) -> bool:
    before = facts.weeks.iloc[-1 - WEEKS : -1]
    now = facts.weeks.iloc[-1]
    known = [name for name in FLOWS if before[name].notna().all()]
    return all(before[name].min() <= now[name] <= before[name].max() for name in known)
