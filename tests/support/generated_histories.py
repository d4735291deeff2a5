"""Generated tickets with logs of changes, crowded at midnights, at each other and at the creation."""

import random
from datetime import datetime

from generated_tickets import DAY, HOUR, SECOND, midnight
from opsdesk.calendars.calendar import ROUND_THE_CLOCK, Calendar, Holidays, SlaClock
from opsdesk.calendars.week import make_week, read_span
from slow_clock import NAMES, SlowCalendar, SlowClock
from tickets import Row, event, ticket

HOURS = {"High": 4.0, "Low": 30.0, "Medium": 12.5}
STATUSES = ("Open", "Waiting", "Solved", "Closed", "Working")


def random_log(seed: int, zone: str, count: int = 14) -> tuple[list[Row], list[Row], datetime]:
    """Tickets with 0 to 9 changes each, crowded at midnights, at each other and at the creation; some contradict their export."""
    chance = random.Random(seed)
    tickets, events = [], []
    for number in range(count):
        created = midnight(zone, chance.randint(-6, 6)) + chance.choice(
            (-SECOND, 0 * SECOND, 9 * HOUR, 61 * SECOND)
        )
        name, at = f"T{number}", created - chance.choice((0, 0, 0, 1, 3600)) * SECOND
        values = {
            "status": chance.choice(("Open", "Open", "Open", "Solved")),
            "priority": chance.choice((*HOURS, None)),
            "agent_id": chance.choice(("A1", "A2", None)),
            "team": chance.choice(("North", None)),
        }
        start, closed, seq = dict(values), None, 0
        if values["status"] == "Solved":  # a log that begins late
            closed = created + chance.choice((0, 1, 30)) * HOUR
        fields = chance.choice(
            (
                ("status",),
                ("status", "agent_id"),
                tuple(values),
                ("priority", "status"),
                ("agent_id",),
            )
        )
        by_priority = chance.random() < 0.6
        for _ in range(chance.randint(0, 9)):
            step = chance.choice(
                (0 * SECOND, 0 * SECOND, SECOND, HOUR, 3 * HOUR, 13 * HOUR, DAY, 2 * DAY + HOUR)
            )
            seq = seq + 1 if step == 0 * SECOND else 0
            at += step
            field = chance.choice(fields)
            options = {
                "status": (*STATUSES, None),
                "priority": (*HOURS, None),
                "agent_id": ("A1", "A2", "A3", None),
                "team": ("North", "South", None),
            }
            new = chance.choice(options[field])
            targets = {}
            if field == "priority" and by_priority:
                targets = {
                    "old_sla_hours": HOURS.get(values[field]),
                    "new_sla_hours": HOURS.get(new),
                }
            events.append(event(name, at, field, values[field], new, seq=seq, **targets))
            values[field] = new
            if field == "status" and new:
                is_closed = new in ("Solved", "Closed")
                closed = (closed or at) if is_closed else None
        resolved = closed and max(closed, created)
        odd = chance.random()
        if odd < 0.1:
            resolved = None
        elif odd < 0.2:
            resolved = created + chance.choice((HOUR, 3 * DAY, -HOUR))
        exported = {
            name: values[name] if chance.random() < 0.9 else start[name]
            for name in ("status", "priority", "agent_id")
        }
        hours = HOURS.get(exported["priority"])
        if not by_priority:
            hours = chance.choice((None, 2.0, 24.0, 50.0, 3.0))
        issue = chance.choice((None, None, None, "date_only", "due_at_exported", "sla_in_days"))
        if issue == "sla_in_days" and hours:
            hours = 24.0 * (1 + hours // 20)
        if hours is None and issue != "date_only":
            issue = None
        tickets.append(
            ticket(
                created,
                resolved,
                ticket_id=name,
                sla_hours=hours,
                category=chance.choice(("Bug", "Billing")),
                _issues=issue,
                attributes=chance.choice((None, '{"product":"Phone"}')),
                **exported,
            )
        )
    # one whose promise is judged by a flag, one of no ticket
    tickets.append(
        ticket(
            midnight(zone, -2),
            midnight(zone, 1),
            ticket_id="F",
            sla_breached=True,
            _issues="judged_by_flag",
        )
    )
    events.append(event("F", midnight(zone, -1), "status", "Open", "Waiting"))
    events.append(event("unknown", midnight(zone, -1), "status", "Open", "Waiting"))
    as_of = midnight(zone, chance.randint(2, 9)) + chance.choice((-SECOND, 0 * SECOND, 11 * HOUR))
    return tickets, events, as_of


def clocks(zone: str, seed: int) -> tuple[SlaClock, SlowClock]:
    if seed % 2:
        return ROUND_THE_CLOCK, SlowClock()
    weekly = {day: ("09:00-17:00",) for day in NAMES[:6]}
    week = make_week({day: [read_span(span) for span in spans] for day, spans in weekly.items()})
    calendar = Calendar("desk", zone, week, Holidays())
    slow = SlowCalendar.of("desk", zone, weekly)
    of_priority = {"High": ""} if seed % 4 else {}
    return (
        SlaClock("desk", {"desk": calendar}, of_priority),
        SlowClock(slow, {"High": None} if of_priority else {}),
    )
