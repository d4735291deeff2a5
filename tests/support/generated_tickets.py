"""Generated tickets that crowd the boundaries: local midnights, clock changes, due times, as_of; give or take a second."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tickets import Row, agent, ticket

CLOCK_CHANGES = {
    "Europe/Berlin": date(2023, 3, 26),
    "America/New_York": date(2023, 11, 5),
    "Australia/Lord_Howe": date(2023, 4, 2),
}
ZONES = [*CLOCK_CHANGES, "UTC"]
AGENTS = (agent("A1", "North"), agent("A2", "South"), agent("A3", None), agent("A4", "North"))
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
# as ingest writes them; one attribute is rare
ATTRIBUTES = (
    *(None, '{"product":"Phone","region":"North"}', '{"product":"Tablet"}') * 3,
    '{"product":"a \\u0022b\\u0022\\u005cn\\u005cu0022\\u000ac\\u0009\\u000d","region":"Süd 😀"}',
    f'{{"kind":"{"x" * 10_000}"}}',
)
SLA_HOURS = (None, 0.5, 1.0, 4.00125, 24.0, 25.0, 48.5, 240.0, 1 / 3600)


def midnight(zone: str, days: int) -> datetime:
    """The local midnight so many days from the zone's clock change."""
    day = CLOCK_CHANGES.get(zone, date(2023, 3, 1)) + days * DAY
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def many_tickets(zone: str, count: int, seed: int) -> tuple[list[Row], datetime]:
    """`count` tickets of 110 days around the clock change, and an as_of that falls among them."""
    chance = random.Random(seed)
    as_of = midnight(zone, 12) + chance.choice((-SECOND, 0 * SECOND, 11 * HOUR))
    return [_any_ticket(chance, zone, as_of, number) for number in range(count)], as_of


def with_kinds(tickets: list[Row]) -> list[Row]:
    """The tickets with every kind of promise in turn: in hours, in days, as exported."""
    kinds = (None, "sla_in_days", "due_at_exported")
    for place, row in enumerate(tickets):
        if not row["_issues"] and row["sla_hours"]:
            row["_issues"] = kinds[place % len(kinds)]
            if row["_issues"] == "sla_in_days":
                row["sla_hours"] = 24.0 * (1 + int(row["sla_hours"]) % 4)
    return tickets


def _any_ticket(chance: random.Random, zone: str, as_of: datetime, number: int) -> Row:
    edges = [midnight(zone, chance.randint(-98, 14)), midnight(zone, chance.randint(-2, 2)), as_of]
    near = chance.choice((-SECOND, 0 * SECOND, SECOND, chance.randint(0, 86399) * SECOND))
    created = chance.choice(edges) + near - chance.choice((0, 0, 1, 24)) * HOUR
    sla_hours = chance.choice(SLA_HOURS)
    target = timedelta(seconds=round((sla_hours or 7) * 3600))
    took = chance.choice(
        (
            target,
            target - SECOND,
            target + SECOND,
            chance.randint(0, 60) * DAY,
            chance.randint(0, 900) * HOUR / 7,
            -3 * HOUR,
        )
    )
    at_edge = max(created, chance.choice(edges) + chance.choice((-SECOND, 0 * SECOND)))
    resolved = chance.choice((None, created + took, created + took, at_edge))
    by_flag = chance.random() < 0.05
    issue = chance.choice((None, "bad_sla_flag", "date_only", "ambiguous_time;date_only"))
    answered = chance.choice((created + took / 9, created + near, created + 2 * took, *edges))
    changed = chance.choice((created + took, at_edge, as_of + near))
    return ticket(
        created,
        resolved and resolved.replace(microsecond=0),
        ticket_id=f"T{number - chance.choice((0,) * 9 + (1,))}",
        sla_hours=None if by_flag else sla_hours,
        sla_breached=chance.choice((True, False, None)),
        priority=chance.choice(("Critical", "High", "Low", None)),
        category=chance.choice(("Billing", "Bug")),
        customer_tier=chance.choice(("Gold", None)),
        status=chance.choice(("Open", "Closed", None)),
        agent_id=chance.choice(("A1", "A2", "A3", "A4", "gone", None)),
        _issues=chance.choice(("judged_by_flag", "ambiguous_time;judged_by_flag"))
        if by_flag
        else chance.choice((None, issue)),
        first_response_at=chance.choice((None, answered.replace(microsecond=0))),
        updated_at=chance.choice((None, changed.replace(microsecond=0))),
        customer=chance.choice(("Ünal GmbH", None)),
        subject=chance.choice(('"quoted"', None)),
        attributes=chance.choice(ATTRIBUTES),
        _ingestion_ts=f"2030-01-{1 + number % 28:02d} 00:00",
        _source_file=f"raw/{number:06d}.csv",
    )


def few_tickets(zone: str, *, flags: bool = True) -> st.SearchStrategy[list[Row]]:
    """Up to a dozen tickets for property tests, whose failures shrink to the few that matter."""
    moments = st.builds(
        lambda days, hours, seconds: midnight(zone, days) + hours * HOUR + seconds * SECOND,
        st.integers(-6, 6),
        st.sampled_from((0, 0, 3, 13)),
        st.sampled_from((0, -1, 1, 1800)),
    )
    one = st.builds(
        ticket,
        moments,
        st.none() | moments,
        sla_hours=st.sampled_from(SLA_HOURS),
        priority=st.sampled_from(("High", "Low", None)),
        agent_id=st.sampled_from(("A1", "A3", None)),
        sla_breached=st.sampled_from((True, False, None)),
        first_response_at=st.none() | moments,
        updated_at=st.none() | moments,
        attributes=st.sampled_from((None, *ATTRIBUTES[1:3])),
        _issues=st.sampled_from((None, "judged_by_flag", "date_only") if flags else (None,)),
    )
    return st.lists(one, min_size=1, max_size=12)


def moments_of(zone: str) -> st.SearchStrategy[datetime]:
    """Values of as_of: midnights and a second before, and some hour of the day."""
    offsets = st.sampled_from((-SECOND, 0 * SECOND, 11 * HOUR))
    return st.builds(lambda days, offset: midnight(zone, days) + offset, st.integers(6, 9), offsets)
