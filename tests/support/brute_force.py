"""Every result table computed slowly and independently: plain Python, ticket by ticket and day by day, by instants.

A day is the stretch between two local midnights as zoneinfo places them; nothing here takes a date of an instant's wall time
where the SQL does. Shares are whole-number sums and true fractions.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import sqrt
from statistics import fmean, median
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from slow_clock import SlowClock
from tickets import Row, instant, numbered

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
ROUND_THE_CLOCK = SlowClock()
HIGH = ("Critical", "High")
BANDS = {
    "age_0_1": (0, 1),
    "age_2_7": (2, 7),
    "age_8_30": (8, 30),
    "age_31_90": (31, 90),
    "age_over_90": (91, 10**6),
}


def compute(
    tickets: Iterable[Row],
    as_of: str | datetime,
    timezone: str = "UTC",
    agents: Iterable[Row] = (),
    clock: SlowClock = ROUND_THE_CLOCK,
) -> dict[str, list[Row]]:
    """The result tables, as `tickets.build` returns them; dim_calendar only where it is empty."""
    end, agents = instant(as_of), list(agents)
    facts = [_judge(row, end, clock) for row in _newest(numbered(tickets)) if row["created_at"] <= end]
    days = _days(min(fact.created_at for fact in facts), end, ZoneInfo(timezone)) if facts else []
    for fact in facts:
        _place(fact, days, ZoneInfo(timezone))
    features = [_features(facts, day) for day in days]
    segments = _segments(facts, days, agents)
    over = {day.date for day in days if day.midnight - SECOND <= end}
    return {
        "dim_agents": [
            {
                name: row[name]
                for name in (
                    "agent_id",
                    "name",
                    "team",
                    "active_from",
                    "active_to",
                    "daily_capacity",
                )
            }
            for row in agents
        ],
        "dim_calendar": [],
        "fact_tickets": [_fact_row(fact, end) for fact in facts],
        "dim_attributes": [
            {"attribute": name} for name in {name for fact in facts for name in fact.named}
        ],
        "features_daily": features,
        "backlog_daily": [
            _backlog(facts, day, before) for day, before in zip(days, [None, *days], strict=False)
        ],
        "daily_agent_load": [row for day in days for row in _agent_rows(facts, day)],
        "ticket_sla_risk": [_risk_row(fact, end, ZoneInfo(timezone)) for fact in facts],
        "work_next": _work_next(facts, end, ZoneInfo(timezone)),
        "cohort_daily": [_cohort(facts, day, end) for day in days],
        "segment_daily": segments,
        "signal_daily": signals(features, segments, over),
    }


# tickets


def _newest(rows: list[Row]) -> list[Row]:
    newest: dict[str, Row] = {}
    for row in rows:
        seen = newest.get(row["ticket_id"])
        if seen is None or (row["_ingestion_ts"], row["_source_file"]) > (
            seen["_ingestion_ts"],
            seen["_source_file"],
        ):
            newest[row["ticket_id"]] = row
    return list(newest.values())


def _judge(row: Row, end: datetime, clock: SlowClock) -> SimpleNamespace:
    """The ticket as known at `end`, with due_at and sla_state."""
    fact = SimpleNamespace(**row)
    if fact.resolved_at and fact.resolved_at > end:
        fact.resolved_at = None
    issues = (fact._issues or "").split(";")
    by_flag = "judged_by_flag" in issues
    fact.calendar = clock.calendar(fact.priority)
    fact.due_at = None
    if fact.sla_hours is not None and not by_flag:
        seconds = int(Fraction(fact.sla_hours * 3600) + Fraction(1, 2))
        if fact.calendar is None or "due_at_exported" in issues:
            fact.due_at = fact.created_at + seconds * SECOND
        elif "sla_in_days" in issues:
            fact.due_at = fact.calendar.due_after_days(fact.created_at, seconds // 86400)
        else:
            fact.due_at = fact.calendar.due(fact.created_at, seconds)
    if by_flag and fact.resolved_at and fact.sla_breached is not None:
        fact.sla_state = "breached" if fact.sla_breached else "met"
    elif fact.due_at is None:
        fact.sla_state = "no_target"
    elif fact.resolved_at:
        fact.sla_state = "breached" if fact.resolved_at > fact.due_at else "met"
    else:
        fact.sla_state = "breached" if fact.due_at <= end else "pending"
    if fact.first_response_at and fact.first_response_at > end:
        fact.first_response_at = None
    if fact.updated_at and fact.updated_at > end:
        fact.updated_at = None
    fact.date_only = "date_only" in (fact._issues or "").split(";")
    fact.named = json.loads(fact.attributes or "{}")
    fact.wait = None
    if fact.first_response_at and not fact.date_only:
        fact.wait = max(fact.first_response_at - fact.created_at, timedelta())
    fact.agent = fact.agent_id or "(unassigned)"
    fact.promised = fact.due_at and _spent(fact, fact.due_at)
    fact.used = _spent(fact, fact.resolved_at or end)
    fact.duration = (
        None
        if fact.resolved_at is None or fact.resolved_at < fact.created_at or fact.date_only
        else fact.resolved_at - fact.created_at
    )
    return fact


def _place(fact: SimpleNamespace, days: list[SimpleNamespace], zone: ZoneInfo) -> None:
    """The days on which the ticket was created, resolved (not before it was created) and due."""
    fact.created_date = _day_of(fact.created_at, days, zone)
    fact.resolved_date = (
        _day_of(max(fact.resolved_at, fact.created_at), days, zone) if fact.resolved_at else None
    )
    answered = fact.first_response_at and max(fact.first_response_at, fact.created_at)
    fact.first_response_date = _day_of(answered, days, zone) if answered else None
    fact.due_date = _day_of(fact.due_at, days, zone) if fact.due_at else None


def _day_of(moment: datetime, days: list[SimpleNamespace], zone: ZoneInfo) -> date:
    for day in days:
        if day.start <= moment < day.midnight:
            return day.date
    return moment.astimezone(zone).date()


def _fact_row(fact: SimpleNamespace, end: datetime) -> Row:
    return {
        "ticket_id": fact.ticket_id,
        "created_at": fact.created_at,
        "resolved_at": fact.resolved_at,
        "created_date": fact.created_date,
        "resolved_date": fact.resolved_date,
        "is_resolved": fact.resolved_at is not None,
        "resolution_hours_clean": _hours(fact.duration),
        "sla_hours": fact.sla_hours,
        "sla_breached": {"breached": True, "met": False}.get(fact.sla_state),
        "priority": fact.priority or "(none)",
        "category": fact.category or "(none)",
        "channel": fact.channel or "(none)",
        "customer_tier": fact.customer_tier or "(none)",
        "status": fact.status or "(none)",
        "agent_id": fact.agent,
        "due_at": fact.due_at,
        "due_date": fact.due_date,
        "sla_state": fact.sla_state,
        "breached_at": fact.due_at if fact.sla_state == "breached" else None,
        "hours_open": None if fact.resolved_at or fact.date_only else _hours(end - fact.created_at),
        "updated_at": fact.updated_at,
        "first_response_at": fact.first_response_at,
        "customer": fact.customer or "(none)",
        "subject": fact.subject,
        "attributes": fact.attributes,
        "first_response_date": fact.first_response_date,
        "first_response_hours": _hours(fact.wait),
        "hours_since_update": _hours(end - fact.updated_at)
        if fact.updated_at and not fact.resolved_at
        else None,
        "sla_calendar": fact.calendar and fact.calendar.name,
        "sla_clock_hours": _hours(fact.promised),
        "business_resolution_hours": None if fact.duration is None else _hours(fact.used),
        "business_hours_open": None if fact.resolved_at or fact.date_only else _hours(fact.used),
    }


def _spent(fact: SimpleNamespace, until: datetime) -> timedelta:
    """The time from the creation of a ticket on its SLA clock."""
    if fact.calendar is None:
        return until - fact.created_at
    return fact.calendar.spent(fact.created_at, until)


def _risk_row(fact: SimpleNamespace, end: datetime, zone: ZoneInfo) -> Row:
    is_open, target, used = fact.resolved_at is None, fact.promised, fact.used
    if target and fact.date_only:  # without hours, only the band is known
        target, used = fact.due_at - fact.created_at, end - fact.created_at
    elapsed = (
        Fraction(used // MICROSECOND, target // MICROSECOND)
        if is_open and target
        else None
    )
    band = None
    if is_open:
        band = (
            fact.sla_state
            if fact.sla_state != "pending"
            else "at_risk"
            if elapsed >= Fraction(3, 4)
            else "on_track"
        )
    row = _fact_row(fact, end)
    wall = fact.created_at.astimezone(zone)
    copied = (
        "ticket_id",
        "created_date",
        "priority",
        "category",
        "agent_id",
        "resolution_hours_clean",
        "sla_hours",
        "sla_breached",
        "hours_open",
        "sla_state",
    )
    return {name: row[name] for name in copied} | {
        "created_at_ts": fact.created_at,
        "day_of_week": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[wall.weekday()],
        "hour_of_day": wall.hour,
        "is_high_priority": fact.priority in HIGH,
        "is_long_resolution": None
        if fact.due_at is None
        else (fact.resolved_at or end) > fact.due_at,
        "hours_left": _hours(fact.promised - fact.used)
        if is_open and fact.due_at and not fact.date_only
        else None,
        "sla_elapsed": None if elapsed is None or fact.date_only else float(elapsed),
        "risk_band": band,
    }


# what to work on first, by the rules of params/rules/default.yaml


def _work_next(facts: list[SimpleNamespace], end: datetime, zone: ZoneInfo) -> list[Row]:
    judged = [(fact, _risk_row(fact, end, zone)) for fact in facts if not fact.resolved_at]
    applying = [(fact, row, _rules_of(fact, row, facts, end)) for fact, row in judged]
    work = [
        {name: row[name] for name in ("ticket_id", "priority", "category", "agent_id")}
        | {
            "customer": fact.customer or "(none)",
            "hours_left": row["hours_left"],
            "score": sum(weight for _, weight, _ in rules),
            "reasons": "; ".join(name for name, _, _ in rules),
            "action": rules[0][2],
            "created_at": fact.created_at,
        }
        for fact, row, rules in applying
        if rules
    ]

    def order(row: Row) -> tuple:
        left = row["hours_left"]
        return (-row["score"], left is None, left or 0.0, row["created_at"], row["ticket_id"])

    ordered = sorted(work, key=order)
    for rank, row in enumerate(ordered, 1):
        row["rank"] = rank
        del row["created_at"]
    return ordered


def _rules_of(
    fact: SimpleNamespace, row: Row, facts: list[SimpleNamespace], end: datetime
) -> list[tuple[str, int, str]]:
    is_late, hours = fact.due_at is not None and fact.due_at <= end, None
    if fact.due_at and not fact.date_only:
        hours = Fraction((fact.promised - fact.used) // MICROSECOND, HOUR // MICROSECOND)
    has_band = not is_late and hours is not None
    answers = any(other.first_response_at for other in facts)
    agents = any(other.agent != "(unassigned)" for other in facts)
    alike = [
        other.duration
        for other in facts
        if other.resolved_at
        and other.resolved_at > end - 180 * DAY
        and (other.priority, other.category) == (fact.priority, fact.category)
        and other.duration is not None
    ]
    limit, age = _percentile(alike, 85), end - fact.created_at
    is_slow = limit is not None and age > limit and age > DAY and not fact.date_only
    quiet = fact.updated_at and end - fact.updated_at >= 3 * DAY
    risky = row["risk_band"] == "at_risk" and (hours is None or hours > 24)
    rules = [
        ("breached", 30, "Tell the customer a new date, then finish it", is_late),
        ("due within 4 h", 50, "Finish it now", has_band and hours <= 4),
        ("due within 24 h", 40, "Finish it before it is due", has_band and 4 < hours <= 24),
        ("at risk", 20, "Plan it for the next days", risky),
        ("high priority", 20, "Look at it before the others", fact.priority in HIGH),
        ("unassigned", 15, "Give it to somebody", agents and not fact.agent_id),
        ("not answered yet", 15, "Answer the customer", answers and not fact.first_response_at),
        ("no update for 72 h", 10, "Say what it waits for", quiet),
        ("slow", 10, "Find out what holds it up", is_slow),
    ]
    return [(name, weight, text) for name, weight, text, applies in rules if applies]


# days


def _days(first: datetime, end: datetime, zone: ZoneInfo) -> list[SimpleNamespace]:
    """The local days from that of `first` to that of `end`: date, start, midnight at its end, and the end as far as known."""
    days, day = [], first.astimezone(zone).date()
    while _midnight(day, zone) <= end:
        after = _midnight(day + DAY, zone)
        days.append(
            SimpleNamespace(
                date=day,
                start=_midnight(day, zone),
                midnight=after,
                known=min(end, after - MICROSECOND),
            )
        )
        day += DAY
    return days


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _was_open(fact: SimpleNamespace, moment: datetime) -> bool:
    return fact.created_at <= moment and (
        fact.resolved_at is None or max(fact.resolved_at, fact.created_at) > moment
    )


def _stock(facts: list[SimpleNamespace], day: SimpleNamespace) -> list[SimpleNamespace]:
    return [fact for fact in facts if _was_open(fact, day.known)]


def _past_due(facts: list[SimpleNamespace], day: SimpleNamespace) -> int:
    return sum(fact.due_at is not None and fact.due_at <= day.known for fact in _stock(facts, day))


def _on(
    facts: list[SimpleNamespace], attribute: str, day: SimpleNamespace
) -> list[SimpleNamespace]:
    return [fact for fact in facts if getattr(fact, attribute) == day.date]


def _due_and_missed(facts: list[SimpleNamespace], day: SimpleNamespace) -> tuple[int, int]:
    due = [fact for fact in facts if fact.due_at and day.start <= fact.due_at <= day.known]
    return len(due), sum(fact.resolved_at is None or fact.resolved_at > fact.due_at for fact in due)


def _features(facts: list[SimpleNamespace], day: SimpleNamespace) -> Row:
    resolved = _on(facts, "resolved_date", day)
    states = [fact.sla_state for fact in resolved if fact.sla_state in ("met", "breached")]
    durations = [fact.duration for fact in resolved if fact.duration is not None]
    answered = _on(facts, "first_response_date", day)
    waits = [fact.wait for fact in answered if fact.wait is not None]
    due, missed = _due_and_missed(facts, day)
    return {
        "ops_date": day.date,
        "total_tickets": len(_on(facts, "created_date", day)),
        "resolved_tickets": len(resolved),
        "open_tickets": len(_stock(facts, day)),
        "avg_tat": _mean_hours(durations),
        "sla_breach_rate": states.count("breached") / len(states) if states else None,
        "median_tat": _hours(_percentile(durations, 50)),
        "p90_tat": _hours(_percentile(durations, 90)),
        "sla_due_tickets": due,
        "sla_due_missed": missed,
        "sla_attainment": (due - missed) / due if due else None,
        "past_due_tickets": _past_due(facts, day),
        "first_responses": len(answered),
        "median_first_response": _hours(_percentile(waits, 50)),
        "p90_first_response": _hours(_percentile(waits, 90)),
        "met": states.count("met"),
        "breached": states.count("breached"),
    }


def _backlog(
    facts: list[SimpleNamespace], day: SimpleNamespace, before: SimpleNamespace | None
) -> Row:
    ages = [(day.date - fact.created_date).days for fact in _stock(facts, day)]
    return {
        "ops_date": day.date,
        "backlog_size": len(ages),
        "opening": len(_stock(facts, before)) if before else 0,
        "inflow": len(_on(facts, "created_date", day)),
        "outflow": len(_on(facts, "resolved_date", day)),
        **{band: sum(low <= age <= high for age in ages) for band, (low, high) in BANDS.items()},
        "age_p50_days": _percentile(ages, 50),
        "age_p90_days": _percentile(ages, 90),
        "past_due": _past_due(facts, day),
    }


def _agent_rows(facts: list[SimpleNamespace], day: SimpleNamespace) -> list[Row]:
    rows = []
    for agent in sorted({fact.agent for fact in facts}):
        own = [fact for fact in facts if fact.agent == agent]
        assigned, resolved = _on(own, "created_date", day), _on(own, "resolved_date", day)
        row = {
            "tickets_assigned": len(assigned),
            "tickets_resolved": len(resolved),
            "avg_resolution_hours": _mean_hours(
                [fact.duration for fact in resolved if fact.duration is not None]
            ),
            "sla_breaches": sum(fact.sla_state == "breached" for fact in resolved),
            "open_tickets_from_day": sum(fact.resolved_at is None for fact in assigned),
            "open_tickets": len(_stock(own, day)),
        }
        if any(row.values()):
            rows.append({"ops_date": day.date, "agent_id": agent} | row)
    return rows


def _cohort(facts: list[SimpleNamespace], day: SimpleNamespace, end: datetime) -> Row:
    cohort = _on(facts, "created_date", day)

    def within(days: int) -> int | None:
        if day.midnight + days * 24 * HOUR > end:
            return None
        return sum(
            fact.resolved_at is not None and fact.resolved_at - fact.created_at <= days * 24 * HOUR
            for fact in cohort
        )

    return {
        "created_date": day.date,
        "tickets": len(cohort),
        "resolved_1d": within(1),
        "resolved_7d": within(7),
        "resolved_30d": within(30),
        "open_now": sum(fact.resolved_at is None for fact in cohort),
    }


def _segments(
    facts: list[SimpleNamespace], days: list[SimpleNamespace], agents: list[Row]
) -> list[Row]:
    team_of = {row["agent_id"]: row["team"] for row in agents}
    rows = []
    for dimension in (
        "priority",
        "category",
        "channel",
        "customer_tier",
        *(["team"] if agents else []),
        *{name for fact in facts for name in fact.named},
    ):
        groups: dict[str, list[SimpleNamespace]] = {}
        for fact in facts:
            given = vars(fact) | fact.named | {"team": team_of.get(fact.agent_id)}
            value = given.get(dimension)
            groups.setdefault(value or "(none)", []).append(fact)
        for segment, own in groups.items():
            first = min(fact.created_date for fact in own)
            rows += [
                {"dimension": dimension, "segment": segment} | _segment_day(own, day)
                for day in days
                if day.date >= first
            ]
    return rows


def _segment_day(own: list[SimpleNamespace], day: SimpleNamespace) -> Row:
    due, missed = _due_and_missed(own, day)
    states = [fact.sla_state for fact in _on(own, "resolved_date", day)]
    return {
        "ops_date": day.date,
        "created": len(_on(own, "created_date", day)),
        "resolved": len(_on(own, "resolved_date", day)),
        "backlog_size": len(_stock(own, day)),
        "past_due": _past_due(own, day),
        "sla_due_tickets": due,
        "sla_due_missed": missed,
        "met": states.count("met"),
        "breached": states.count("breached"),
    }


# signals


def signals(features: Iterable[Row], segments: Iterable[Row], over: set[date]) -> list[Row]:
    """signal_daily from the daily counts, series by series and day by day, on the days that are `over`."""
    series: dict[tuple, dict[date, int]] = {}
    for row in features:
        for indicator in ("created", "resolved"):
            name = "total_tickets" if indicator == "created" else "resolved_tickets"
            series.setdefault((indicator, "all", "all"), {})[row["ops_date"]] = row[name]
    for row in segments:
        for indicator in ("created", "resolved"):
            own = series.setdefault((indicator, row["dimension"], row["segment"]), {})
            own[row["ops_date"]] = row[indicator]
    return [
        dict(zip(("indicator", "dimension", "segment"), name, strict=True)) | row
        for name, own in series.items()
        for row in _judged({day: value for day, value in own.items() if day in over})
        if name[1] == "all" or (row["expected"] or 0) >= 5
    ]


def _judged(values: dict[date, int]) -> list[Row]:
    expected, z = {}, {}
    for day, value in values.items():
        before = [values[day - 7 * n * DAY] for n in range(1, 9) if day - 7 * n * DAY in values]
        if len(before) >= 4:
            expected[day] = float(median(before))
            z[day] = round(1e6 * (2 * sqrt(value + 3 / 8) - 2 * sqrt(expected[day] + 3 / 8)))
    return [_judged_day(day, value, expected.get(day), z) for day, value in values.items()]


def _judged_day(day: date, value: int, expected: float | None, z: dict[date, int]) -> Row:
    row = {"ops_date": day, "value": value, "expected": expected}
    row |= dict.fromkeys(("lower", "upper", "excess", "signal"))
    pairs = [(day - n * DAY, day - n * DAY - DAY) for n in range(1, 57)]
    moves = [abs(z[one] - z[other]) for one, other in pairs if one in z and other in z]
    if len(moves) < 28:
        return row
    limit, root = 2.66 * fmean(moves) / 1e6, 2 * sqrt(expected + 3 / 8)
    row["lower"] = round(max((max(root - limit, 0) / 2) ** 2 - 3 / 8, 0.0), 2)
    row["upper"] = round(((root + limit) / 2) ** 2 - 3 / 8, 2)
    distance, reach = Fraction(abs(z[day])), Fraction(266, 100) * Fraction(sum(moves), len(moves))
    row["excess"] = float(distance / reach) if reach else None
    week = [z.get(day - n * DAY, 0) for n in range(8)]
    if distance > reach:
        row["signal"] = "high" if z[day] > 0 else "low"
    elif all(one > 0 for one in week) or all(one < 0 for one in week):
        row["signal"] = "shift"
    return row


# figures


def _hours(duration: timedelta | None) -> float | None:
    return (
        None if duration is None else float(Fraction(duration // MICROSECOND, HOUR // MICROSECOND))
    )


def _mean_hours(durations: list[timedelta]) -> float | None:
    return (
        float(
            Fraction(
                sum(durations, timedelta()) // MICROSECOND, len(durations) * (HOUR // MICROSECOND)
            )
        )
        if durations
        else None
    )


def _percentile(values: list, percent: int) -> object:
    """The smallest value that at least `percent` of 100 values do not exceed."""
    reached = (
        value
        for value in sorted(values)
        if sum(other <= value for other in values) * 100 >= percent * len(values)
    )
    return next(reached, None)
