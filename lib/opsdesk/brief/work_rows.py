"""The first tickets of work_next, as rows of the report and of the mail."""

from typing import NamedTuple

import pandas as pd

from opsdesk.brief.facts import Facts
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words

NONE = ("(none)", "(unassigned)")
TENTHS_BELOW = 100  # business hours
MOST_SHOWN = 0.99  # an estimate is never certain


class WorkRow(NamedTuple):
    """A ticket to work on: what it is, with whom, until when, why, and what to do."""

    ticket: str
    kind: str
    agent: str
    due: str
    reasons: str
    action: str


def read_work_rows(facts: Facts) -> list[WorkRow]:
    """Return the first ten tickets to work on."""
    return [_row(facts, ticket) for _, ticket in facts.work.rows.iterrows()]


def silent_rules(facts: Facts) -> str:
    """Return which rules select nothing because the export lacks what they look at."""
    coverage = facts.coverage
    lacking = {
        "deadlines": not coverage.with_target,
        "first responses": not coverage.responded,
        "the last update": not facts.are_updates_known,
    }
    names = [name for name, is_lacking in lacking.items() if is_lacking]
    if not names or not coverage.open_tickets:
        return ""
    return f"Rules on {words.listed(names)} select nothing: this export does not have them."


def _row(facts: Facts, ticket: pd.Series) -> WorkRow:
    kinds = [one_line(str(ticket[name])) for name in ("priority", "category")]
    return WorkRow(
        ticket=one_line(str(ticket["ticket_id"])),
        kind=", ".join(kind for kind in kinds if kind not in NONE),
        agent=one_line(str(ticket["agent_id"])),
        due=_due(facts, ticket) + _chance(ticket),
        reasons=one_line(str(ticket["reasons"])),
        action=one_line(str(ticket["action"])),
    )


def _chance(ticket: pd.Series) -> str:
    """Return how likely the ticket is to breach, where that is estimated."""
    chance = ticket.get("probability")
    if chance is None or pd.isna(chance):
        return ""
    shown = f"over {MOST_SHOWN:.0%}" if chance > MOST_SHOWN else f"{chance:.0%}"
    return f", {shown} likely to breach"


def _due(facts: Facts, ticket: pd.Series) -> str:
    """Return until when, in the hours of the ticket's calendar where it has one."""
    if pd.isna(ticket["hours_left"]):
        return "no deadline"
    if ticket["hours_left"] > 0 and pd.notna(ticket["is_paused"]) and ticket["is_paused"]:
        return f"paused, {words.hours(ticket['hours_left'])} left"
    due = facts.wall_time(ticket["due_at"])
    is_late = due <= facts.moment
    if pd.isna(ticket["sla_calendar"]):
        hours = words.hours(abs(ticket["hours_left"]))
        return f"{hours} late" if is_late else f"{due:%a %H:%M}, in {hours}"
    # a day of a calendar has no fixed length, so these stay hours
    spent = abs(float(ticket["hours_left"]))
    hours = f"{spent:,.1f} business h" if spent < TENTHS_BELOW else f"{spent:,.0f} business h"
    if is_late:
        return f"{hours} late"
    # an exported deadline may be at a time at which the clock does not run
    return f"{due:%a %H:%M}, {'in ' + hours if ticket['hours_left'] > 0 else 'before opening'}"
