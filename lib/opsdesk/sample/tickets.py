"""The tickets of a sample in order of creation: when they come, how long they take, their words."""

import numpy as np

from opsdesk.sample.agents import STRANGER, agent_id
from opsdesk.sample.cells import hours, instants, resolutions, words_at
from opsdesk.sample.chance import Integers, choose, draw, interpolate
from opsdesk.sample.phrases import DESCRIPTIONS
from opsdesk.sample.plan import DAY, Plan

COLUMNS = (
    "ticket_id",
    "created_at",
    "resolved_at",
    "resolution_hours",
    "sla_hours",
    "sla_breached",
    "priority",
    "category",
    "channel",
    "customer_tier",
    "status",
    "agent_id",
    "description",
)
# How often each value comes, as weights; in the week of the outage other ones count.
PRIORITIES = {"Critical": 5, "High": 20, "Medium": 40, "Low": 35}
OUTAGE_PRIORITIES = {"Critical": 18, "High": 37, "Medium": 30, "Low": 15}
CATEGORIES = {"Access": 26, "Network": 18, "Software": 24, "Hardware": 14, "Billing": 18}
OUTAGE_CATEGORIES = {"Access": 14, "Network": 58, "Software": 16, "Hardware": 6, "Billing": 6}
CHANNELS = {"Email": 38, "Portal": 30, "Phone": 20, "Chat": 12}
TIERS = {"Bronze": 50, "Silver": 33, "Gold": 16, "": 1}
CLOSED = {"Resolved": 7, "Closed": 3}
OPEN = {"Open": 5, "In Progress": 3, "Pending": 2}
SLA_HOURS = np.array([4, 8, 24, 72])  # by priority
SLOWNESS = np.array([75, 95, 100, 130, 85])  # per cent, by category
TIRING = 35  # per cent slower at the end of the period than at its start
LOW = list(PRIORITIES).index("Low")  # such tickets wait for Monday
# Of 100,000 tickets, how many take less than that many per mille of their SLA hours: a heavy tail.
PACE = (
    (0, 20),
    (10_000, 70),
    (25_000, 190),
    (50_000, 400),
    (70_000, 650),
    (85_000, 950),
    (91_000, 1_800),
    (94_500, 7_000),
    (97_500, 24_000),
    (99_300, 70_000),
    (99_900, 180_000),
    (100_000, 600_000),
)


def draw_tickets(plan: Plan, first: int, after: int) -> list[tuple[str, ...]]:
    """Return the tickets numbered `first` to `after` - 1 as rows of cells.

    There is a cell for each of COLUMNS, quoted where needed.
    """
    numbers = np.arange(first, after)
    created = _creation_seconds(plan, numbers)
    outage = plan.in_outage(created // DAY)
    priority = _choose_either("priority", numbers, outage, OUTAGE_PRIORITIES, PRIORITIES)
    category = _choose_either("category", numbers, outage, OUTAGE_CATEGORIES, CATEGORIES)
    target = SLA_HOURS[priority] * 3600
    slowness = _slowness(plan, category, outage, created)
    done = _completion_seconds(plan, numbers, created, priority, slowness)
    is_iso = draw("style", numbers, 10) == 0
    resolved = np.where(is_iso, done, done // 60 * 60)  # the other style has no seconds
    is_open = resolved >= plan.days * DAY
    breached = np.where(is_open, plan.days * DAY, resolved) > created + target
    cells = {
        "ticket_id": [f"TKT-{number:08d}" for number in range(first, after)],
        "created_at": instants(plan, created),
        "resolved_at": resolutions(plan, resolved, is_iso, is_open),
        "resolution_hours": hours(done - created, is_open),
        "sla_hours": words_at(SLA_HOURS.tolist(), priority),
        "sla_breached": words_at(("False", "True"), breached),
        "priority": words_at(PRIORITIES, priority),
        "category": words_at(CATEGORIES, category),
        "channel": words_at(CHANNELS, choose("channel", numbers, CHANNELS)),
        "customer_tier": words_at(TIERS, choose("customer_tier", numbers, TIERS)),
        "status": _statuses(numbers, is_open),
        "agent_id": _agents(plan, numbers, is_open),
        "description": words_at(DESCRIPTIONS, draw("description", numbers, len(DESCRIPTIONS))),
    }
    return list(zip(*(cells[column] for column in COLUMNS), strict=True))


def _choose_either(
    purpose: str,
    numbers: Integers,
    outage: Integers,
    outage_weights: dict[str, int],
    weights: dict[str, int],
) -> Integers:
    return np.where(
        outage, choose(purpose, numbers, outage_weights), choose(purpose, numbers, weights)
    )


def _slowness(plan: Plan, category: Integers, outage: Integers, created: Integers) -> Integers:
    """Return what stretches the time of each ticket; 10,000 is usual."""
    tiring = 100 + TIRING * (created // DAY) // plan.days
    slowness: Integers = SLOWNESS[category] * np.where(outage, 2, 1) * tiring
    return slowness


def _creation_seconds(plan: Plan, numbers: Integers) -> Integers:
    """Return seconds from the start of the period: in order, dense where `plan.load` is high."""
    ends = np.cumsum(plan.load)
    place = (numbers + draw("moment", numbers, 1 << 20) / (1 << 20)) / plan.tickets * ends[-1]
    hour: Integers = np.minimum(np.searchsorted(ends, place, side="right"), len(ends) - 1)
    share = (place - (ends - plan.load)[hour]) / plan.load[hour]
    seconds: Integers = hour * 3600 + np.clip((share * 3600).astype(np.int64), 0, 3599)
    return seconds


def _completion_seconds(
    plan: Plan, numbers: Integers, created: Integers, priority: Integers, slowness: Integers
) -> Integers:
    """Return when the work is done, five minutes after creation at least.

    Low tickets that would be done at a weekend wait for Monday.
    """
    pace = interpolate(draw("pace", numbers, 100_000), PACE) * slowness // 10_000
    done = created + 300 + SLA_HOURS[priority] * 36 * pace // 10 + draw("second", numbers, 240)
    weekday = (done // DAY + plan.start.weekday()) % 7
    monday = (done // DAY + 7 - weekday) * DAY + 7 * 3600 + draw("weekend", numbers, 9 * 3600)
    waits = (weekday >= 5) & (priority == LOW)
    completed: Integers = np.where(waits, monday, done)
    return completed


def _statuses(numbers: Integers, is_open: Integers) -> list[str]:
    opened = len(CLOSED) + choose("status", numbers, OPEN)
    places = np.where(is_open, opened, choose("status", numbers, CLOSED))
    return words_at((*CLOSED, *OPEN), places)


def _agents(plan: Plan, numbers: Integers, is_open: Integers) -> list[str]:
    """Return agent_id: the first agents get the most; some tickets wait, a few are a stranger's."""
    lower = draw("agent", numbers, plan.agents)
    agent = np.minimum(lower, draw("other_agent", numbers, plan.agents * 2))
    chance = draw("assigned", numbers, 1000)
    waits = chance < np.where(is_open, 150, 20)
    agent = np.where(waits, plan.agents, agent)
    agent = np.where(chance >= 995, plan.agents + 1, agent)
    ids = [agent_id(place) for place in range(plan.agents)]
    return words_at([*ids, "", STRANGER], agent)
