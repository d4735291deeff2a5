"""The sentences of the brief; one is left out where there is nothing to say."""

from collections.abc import Iterator

import pandas as pd

from opsdesk.brief.emphasis import strong
from opsdesk.brief.facts import Facts
from opsdesk.brief.first import first_sentence
from opsdesk.brief.promises import promises_sentence
from opsdesk.brief.quiet import is_quiet
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words
from opsdesk.trends.change_words import against_usual, how_it_moved, is_close, where_it_changed
from opsdesk.trends.coverage import DAY
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK
from opsdesk.trends.history_words import about_moves
from opsdesk.trends.signal_words import about_signals
from opsdesk.trends.target_words import NAMES, target_sentences

Labelled = tuple[str, str]


def briefing(facts: Facts) -> list[Labelled]:
    """Return at most seven labelled sentences, the main one first; on a quiet morning one."""
    if is_quiet(facts):
        return [("Quiet", quiet_sentence(facts))]
    said = [
        ("", lead(facts)),
        ("Note", burn_in_note(facts)),
        ("Where", where(facts)),
        ("Usual", usual(facts)),
        ("Signal", signal(facts)),
        ("Promises", promises_sentence(facts)),
        ("Target", target_sentence(facts)),
        ("Do first", first_sentence(facts)),
    ]
    return [(label, text) for label, text in said if text]


def headline(facts: Facts) -> str:
    """Return the brief in a few words, for the subject of a mail and the title of a page."""
    now = facts.now.figures
    if pd.isna(now["backlog_size"]):
        return f"{words.count(now['outflow'])} resolved, backlog not known"
    change = _change_of_week(facts)
    text = f"backlog {words.count(now['backlog_size'])}"
    if change is not None:
        text = f"backlog {words.signed(change)} to {words.count(now['backlog_size'])}"
    missed = [each for each in facts.judged if each.is_met is False]
    if missed:
        names = words.listed([_lower(NAMES[each.target.indicator]) for each in missed])
        text += f", target missed: {names}"
    return text


def lead(facts: Facts) -> str:
    """Return the main sentence: how the backlog moved, or what is known without it."""
    now = facts.now
    if not now.is_whole:
        held = now.figures["backlog_size"]
        verb = "are" if held > 1 else "is"
        said = f"{strong(words.tickets(held) if held else 'No ticket')} {verb} open."
        return f"{said} No day is over yet, so nothing can be compared."
    span = {1: "in one day", 7: "in the last seven days"}.get(now.days, f"in {now.days} days")
    resolved = f"{words.count(now.figures['outflow'])} resolved"
    if pd.isna(now.figures["backlog_size"]):
        return f"{strong(resolved)} {span}. The backlog is not known: see the note above."
    flows = f"{words.count(now.figures['inflow'])} opened, {resolved}"
    backlog = strong(words.count(now.figures["backlog_size"]))
    change = _change_of_week(facts)
    if change is None:
        return f"The backlog is {backlog}: {flows} {span}."
    return f"The backlog {_moved(change)} {backlog}{_after(facts)}: {flows}."


def burn_in_note(facts: Facts) -> str:
    """Return that growth may be that of a young export; "" where the week is after the burn-in."""
    until = facts.coverage.burn_in_until
    if not facts.now.is_whole or until < facts.now.first_day or not facts.changes:
        return ""
    return (
        f"The export is young: until {words.day_name(until)} the backlog grows because older open "
        "tickets are missing (*burn-in*), whatever the desk does."
    )


def where(facts: Facts) -> str:
    """Return which segments moved the backlog in the week."""
    change = facts.changes.get("week")
    if change is None or not facts.dimension:
        return ""
    said = (where_it_changed(change.explained, strong), about_moves(change.explained))
    return " ".join(sentence for sentence in said if sentence)


def usual(facts: Facts) -> str:
    """Return both flows against what is usual for the weekdays of the week."""
    change = facts.changes.get("week")
    if change is None:
        return ""
    total = change.explained[["inflow", "outflow", "usual_inflow", "usual_outflow"]]
    sums = total.sum(skipna=False)
    if sums.isna().any():
        return ""
    usual_in, usual_out = round(sums["usual_inflow"]), round(sums["usual_outflow"])
    opened = _apart(sums["inflow"], usual_in, "opened")
    resolved = _apart(sums["outflow"], usual_out, "resolved")
    net = usual_in - usual_out
    adds = f"adds {words.count(net)}" if net > 0 else f"takes away {words.count(-net)}"
    ending = f"a usual week {adds}" if net else "a usual week changes nothing"
    said = _joined(opened, resolved)
    return f"{said[0].upper()}{said[1:]} for these weekdays; {ending}."


def signal(facts: Facts) -> str:
    """Return which days of the week were outside their limits, and what happened on them."""
    if not facts.now.is_whole or facts.signal_days.empty:
        return ""
    return " ".join(about_signals(facts.signals_of_span(), facts.signal_days_of_span()))


def target_sentence(facts: Facts) -> str:
    """Return the first target that is missed, else the first one, and what else is missed.

    Where the targets could not be judged, it is why.
    """
    if facts.targets_problem:
        return one_line(facts.targets_problem)
    judged = [each for each in facts.judged if each.is_met is not None]
    if not judged:
        return ""
    missed = [each for each in judged if each.is_met is False]
    first = (missed or judged)[0]
    said = target_sentences([first])[0]
    others = [_lower(NAMES[each.target.indicator]) for each in missed if each is not first]
    return f"{said} Also missed: {words.listed(others)}." if others else said


def _lower(name: str) -> str:
    return name if name.startswith("SLA") else name[0].lower() + name[1:]


def quiet_sentence(facts: Facts) -> str:
    """Return the one sentence of a quiet morning, with the targets that are still missed."""
    now = facts.now.figures
    change = _change_of_week(facts)
    moved = "" if change is None else f" ({words.signed(change)})"
    missed = [_lower(NAMES[each.target.indicator]) for each in facts.judged if each.is_met is False]
    still = f"; still missed: {words.listed(missed)}" if missed else ""
    due = now["due_24h"]
    soon = "" if pd.isna(due) else f"; {due_words(due)} within 24 hours"
    return (
        f"A quiet week: the backlog is {strong(words.count(now['backlog_size']))}{moved}, "
        "no day was outside its limits, flows and attainment are within those of the last eight "
        f"weeks, and no target is newly met or missed{still}{soon}."
    )


def due_words(due: float) -> str:
    """Return how many tickets fall due."""
    if not due:
        return "no ticket falls due"
    return "1 ticket falls due" if due == 1 else f"{words.count(due)} tickets fall due"


def span_sentences(facts: Facts, name: str) -> Iterator[str]:
    """Return how the backlog moved in a span and which segments moved it."""
    change = facts.changes[name]
    yield how_it_moved(change.explained)
    if facts.dimension:
        yield where_it_changed(change.explained, strong)
        yield about_moves(change.explained)
    yield from against_usual(change.explained)


def _joined(opened: str, resolved: str) -> str:
    """Return both comparisons, with their common ending once."""
    for ending in (" than usual", " as usual"):
        if opened.endswith(ending) and resolved.endswith(ending):
            return f"{opened.removesuffix(ending)} and {resolved}"
    return f"{opened}, and {resolved},"


def _apart(actual: float, usual: int, verb: str) -> str:
    """Return how far a flow is from what is usual, and whether that is close to it."""
    difference = actual - usual
    if not difference:
        return f"as many {verb} as usual"
    more = "more" if difference > 0 else "fewer"
    said = f"{words.count(abs(difference))} {more}"
    if is_close(actual, usual):
        return f"{said} {verb} than usual (within a tenth)"
    return f"{strong(said)} {verb} than usual"


def _change_of_week(facts: Facts) -> int | None:
    change = facts.changes.get("week")
    return None if change is None else int(change.explained["change"].sum())


def _moved(change: int) -> str:
    if not change:
        return "stayed at"
    verb = "grew" if change > 0 else "fell"
    return f"{strong(f'{verb} by {words.count(abs(change))}')} to"


def _after(facts: Facts) -> str:
    """Return how the backlog moved in the week before, where that is not of the burn-in."""
    begins = facts.now.first_day - DAYS_OF_A_WEEK * DAY
    if len(facts.weeks) < 2 or begins <= facts.coverage.burn_in_until:
        return ""
    earlier = facts.weeks["net_change"].iloc[-2]
    if not earlier:
        return ", after no change the week before"
    verb = "growing" if earlier > 0 else "falling"
    return f", after {verb} by {words.count(abs(earlier))} the week before"
