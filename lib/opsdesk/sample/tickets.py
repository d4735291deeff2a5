"""The tickets of a sample: when they come, how long they take, what they say. All in order of creation."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np

from opsdesk.sample.agents import STRANGER, agent_id
from opsdesk.sample.chance import choose, draw, interpolate
from opsdesk.sample.phrases import DESCRIPTIONS

COLUMNS = (
    "ticket_id", "created_at", "resolved_at", "resolution_hours", "sla_hours", "sla_breached", "priority", "category",
    "channel", "customer_tier", "status", "agent_id", "description",
)  # fmt: skip
DAY = 86_400
WEEKDAYS = (110, 104, 100, 97, 88, 30, 24)  # Monday first: how busy
HOURS = (6, 4, 3, 3, 4, 8, 20, 45, 80, 100, 98, 90, 70, 84, 90, 84, 70, 52, 34, 26, 22, 18, 12, 8)
GROWTH = 400  # per mille a year
OUTAGE_LOAD = 24  # tenths of the usual load in the week of the outage
PRIORITIES = {"Critical": 5, "High": 20, "Medium": 40, "Low": 35}
OUTAGE_PRIORITIES = {"Critical": 18, "High": 37, "Medium": 30, "Low": 15}
SLA_HOURS = np.array([4, 8, 24, 72])
CATEGORIES = {"Access": 26, "Network": 18, "Software": 24, "Hardware": 14, "Billing": 18}
OUTAGE_CATEGORIES = {"Access": 14, "Network": 58, "Software": 16, "Hardware": 6, "Billing": 6}
SLOWNESS = np.array([75, 95, 100, 130, 85])  # per cent, by category
TIRING = 35  # per cent slower at the end of the period than at its start
CHANNELS = {"Email": 38, "Portal": 30, "Phone": 20, "Chat": 12}
TIERS = {"Bronze": 50, "Silver": 33, "Gold": 16, "": 1}
CLOSED = {"Resolved": 7, "Closed": 3}
OPEN = {"Open": 5, "In Progress": 3, "Pending": 2}
PACE = (  # of 100,000 tickets, how many take less than so many per mille of their SLA target: a heavy tail
    (0, 20), (10_000, 70), (25_000, 190), (50_000, 400), (70_000, 650), (85_000, 950), (91_000, 1_800),
    (94_500, 7_000), (97_500, 24_000), (99_300, 70_000), (99_900, 180_000), (100_000, 600_000),
)  # fmt: skip
LOW = 3  # the place of Low in PRIORITIES: such tickets wait for Monday


@dataclass(frozen=True)
class Plan:
    """How many tickets, over which days, by how many agents."""

    tickets: int
    start: date
    days: int
    agents: int

    @property
    def outage_day(self) -> int:
        """The first day of the outage, counted from 0: a Monday at three fifths of the period."""
        day = self.days * 3 // 5
        return max(0, day - (self.start + timedelta(day)).weekday())

    @cached_property
    def load(self) -> np.ndarray:
        """How busy each hour is: whole numbers, one an hour of the period."""
        days = np.arange(self.days)
        weekday = np.array(WEEKDAYS)[(days + self.start.weekday()) % 7]
        growth = 1000 + GROWTH * days // 365
        chance = 88 + draw("day", days, 25)
        outage = np.where(self.in_outage(days), OUTAGE_LOAD, 10)
        return np.outer(weekday * growth * chance * outage, np.array(HOURS)).ravel()

    def in_outage(self, days: np.ndarray) -> np.ndarray:
        """Whether each day, counted from 0, lies in the week of the outage."""
        return (days >= self.outage_day) & (days < self.outage_day + 7)


def draw_tickets(plan: Plan, first: int, after: int) -> list[tuple[str, ...]]:
    """The tickets numbered `first` to `after` - 1 as rows of cells, one a column of COLUMNS, quoted where needed."""
    numbers = np.arange(first, after)
    created = _creation_seconds(plan, numbers)
    outage = plan.in_outage(created // DAY)
    priority = np.where(
        outage,
        choose("priority", numbers, OUTAGE_PRIORITIES),
        choose("priority", numbers, PRIORITIES),
    )
    category = np.where(
        outage,
        choose("category", numbers, OUTAGE_CATEGORIES),
        choose("category", numbers, CATEGORIES),
    )
    target = SLA_HOURS[priority] * 3600
    slowness = (
        SLOWNESS[category] * np.where(outage, 2, 1) * (100 + TIRING * (created // DAY) // plan.days)
    )
    done = _completion_seconds(plan, numbers, created, priority, slowness)
    is_iso = draw("style", numbers, 10) == 0
    resolved = np.where(is_iso, done, done // 60 * 60)  # the other style has no seconds
    is_open = resolved >= plan.days * DAY
    breached = np.where(is_open, plan.days * DAY, resolved) > created + target
    return list(zip(
        [f"TKT-{number:08d}" for number in range(first, after)],
        _instants(plan, created),
        _resolutions(plan, resolved, is_iso, is_open),
        _hours(done - created, is_open),
        _words(SLA_HOURS.tolist(), priority),
        _words(("False", "True"), breached),
        _words(PRIORITIES, priority),
        _words(CATEGORIES, category),
        _words(CHANNELS, choose("channel", numbers, CHANNELS)),
        _words(TIERS, choose("customer_tier", numbers, TIERS)),
        _statuses(numbers, is_open),
        _agents(plan, numbers, is_open),
        _words(DESCRIPTIONS, draw("description", numbers, len(DESCRIPTIONS))),
        strict=True,
    ))  # fmt: skip


def _creation_seconds(plan: Plan, numbers: np.ndarray) -> np.ndarray:
    """Seconds from the start of the period: in order, crowded where `plan.load` is high."""
    ends = np.cumsum(plan.load)
    place = (numbers + draw("moment", numbers, 1 << 20) / (1 << 20)) / plan.tickets * ends[-1]
    hour = np.minimum(np.searchsorted(ends, place, side="right"), len(ends) - 1)
    share = (place - (ends - plan.load)[hour]) / plan.load[hour]
    return hour * 3600 + np.clip((share * 3600).astype(np.int64), 0, 3599)


def _completion_seconds(
    plan: Plan, numbers: np.ndarray, created: np.ndarray, priority: np.ndarray, slowness: np.ndarray
) -> np.ndarray:
    """When the work is done: five minutes after creation at least; Low tickets found done at a weekend wait for Monday.

    `slowness` stretches the time, 10,000 is the usual.
    """
    pace = interpolate(draw("pace", numbers, 100_000), PACE) * slowness // 10_000
    done = created + 300 + SLA_HOURS[priority] * 36 * pace // 10 + draw("second", numbers, 240)
    weekday = (done // DAY + plan.start.weekday()) % 7
    monday = (done // DAY + 7 - weekday) * DAY + 7 * 3600 + draw("weekend", numbers, 9 * 3600)
    return np.where((weekday >= 5) & (priority == LOW), monday, done)


def _words(words: object, places: np.ndarray) -> list[str]:
    texts = [str(word) for word in words]
    return [texts[place] for place in places.tolist()]


@lru_cache(maxsize=1)
def _clock() -> tuple[list[str], list[str]]:
    """Every second of a day as 03:04:05, every minute as 3:04."""
    minutes = [(minute // 60, minute % 60) for minute in range(1440)]
    return [f"{h:02d}:{m:02d}:{s:02d}" for h, m in minutes for s in range(60)], [
        f"{h}:{m:02d}" for h, m in minutes
    ]


def _instants(plan: Plan, seconds: np.ndarray) -> list[str]:
    days = [f"{plan.start + timedelta(day):%Y-%m-%d} " for day in range(plan.days)]
    clock = _clock()[0]
    return [days[second // DAY] + clock[second % DAY] for second in seconds.tolist()]


def _resolutions(
    plan: Plan, resolved: np.ndarray, is_iso: np.ndarray, is_open: np.ndarray
) -> list[str]:
    """resolved_at as `1/2/23 3:04`, or as ISO; blank while open."""
    dates = [plan.start + timedelta(day) for day in range(plan.days)]
    days = [f"{day.month}/{day.day}/{day.year % 100:02d} " for day in dates]
    minutes = _clock()[1]
    known = np.where(is_open, 0, resolved)
    short = [days[second // DAY] + minutes[second % DAY // 60] for second in known.tolist()]
    for place in np.flatnonzero(is_open).tolist():
        short[place] = ""
    iso = np.flatnonzero(is_iso & ~is_open)
    for place, text in zip(iso.tolist(), _instants(plan, resolved[iso]), strict=True):
        short[place] = text
    return short


def _hours(seconds: np.ndarray, is_open: np.ndarray) -> list[str]:
    """Hours with two decimals, blank while open."""
    hundredths = np.where(is_open, -1, (seconds + 18) // 36)
    return [
        "" if hours < 0 else f"{hours // 100}.{hours % 100:02d}" for hours in hundredths.tolist()
    ]


def _statuses(numbers: np.ndarray, is_open: np.ndarray) -> list[str]:
    places = np.where(
        is_open, len(CLOSED) + choose("status", numbers, OPEN), choose("status", numbers, CLOSED)
    )
    return _words((*CLOSED, *OPEN), places)


def _agents(plan: Plan, numbers: np.ndarray, is_open: np.ndarray) -> list[str]:
    """agent_id: the first agents get the most, some tickets wait for one, a few belong to somebody unknown."""
    agent = np.minimum(
        draw("agent", numbers, plan.agents), draw("other_agent", numbers, plan.agents * 2)
    )
    chance = draw("assigned", numbers, 1000)
    agent = np.where(chance < np.where(is_open, 150, 20), plan.agents, agent)
    agent = np.where(chance >= 995, plan.agents + 1, agent)
    return _words([*map(agent_id, range(plan.agents)), "", STRANGER], agent)
