"""Every result table computed slowly and independently: plain Python, ticket by ticket and day by day, by instants.

A day is the stretch between two local midnights as zoneinfo places them; nothing here takes a date of an instant's wall time
where the SQL does. Shares are whole-number sums and true fractions.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import sqrt
from statistics import fmean, median
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from slow_clock import SlowClock
from slow_history import Replay, history
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
    events: Iterable[Row] = (),
) -> dict[str, list[Row]]:
    """The result tables, as `tickets.build` returns them; dim_calendar and ticket_history only where empty."""
    end, agents, events = instant(as_of), list(agents), list(events)
    facts = [
        _judge(row, end, clock, events)
        for row in _newest(numbered(tickets))
        if row["created_at"] <= end
    ]
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
        "ticket_history": [],
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


def _judge(row: Row, end: datetime, clock: SlowClock, events: list[Row]) -> SimpleNamespace:
    """The ticket as known at `end`, with due_at and sla_state."""
    fact = SimpleNamespace(**row)
    exported_close = fact.resolved_at
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
    fact.by_flag, fact.view, fact.days = by_flag, None, {}
    fact.exported_close = exported_close
    fact.log = history(fact, events, exported_close)
    if fact.log:
        _replay(fact, end, exported_close)
    fact.duration = (
        None
        if fact.resolved_at is None or fact.resolved_at < fact.created_at or fact.date_only
        else fact.resolved_at - fact.created_at
    )
    return fact


def _replay(fact: SimpleNamespace, end: datetime, exported_close: datetime | None) -> None:
    """The ticket as its changes leave it at `end`."""
    fact.due = lambda begin, left: (
        begin + left if fact.calendar is None else fact.calendar.due(begin, left // SECOND)
    )
    fact.spent_between = lambda begin, until: (
        until - begin if fact.calendar is None else fact.calendar.spent(begin, until)
    )
    issues = (fact._issues or "").split(";")
    fact.exported_due = fact.due_at if "due_at_exported" in issues else None
    fact.target_of_days = fact.promised if "sla_in_days" in issues else None
    fact.views = {}
    view = fact.view = _view(fact, end)
    closings = [step.at for step in view.steps if step.kind == "closed"]
    fact.resolved_at = None if view.is_open else closings[-1]
    if not view.is_open and closings[-1] == fact.created_at and exported_close:
        fact.resolved_at = min(exported_close, fact.created_at)
    fact.due_at, fact.sla_hours = view.due_at, view.hours
    fact.promised, fact.used = view.target, view.used
    if view.breached_at and fact.promised is not None:
        fact.promised = min(fact.promised, view.broken)
    priority = view.values["priority"]
    fact.priority = None if priority == "(none)" else priority
    fact.status = view.values["status"]
    fact.agent = view.values["agent_id"]
    fact.agent_id = None if fact.agent == "(unassigned)" else fact.agent
    if fact.by_flag:
        fact.due_at = None
        states = {True: "breached", False: "met", None: "no_target"}
        fact.sla_state = "no_target" if view.is_open else states[fact.sla_breached]
    elif fact.due_at is None:
        fact.sla_state = "no_target"
    elif view.breached_at:
        fact.sla_state = "breached"
    else:
        fact.sla_state = {"closed": "met", "paused": "paused", "open": "pending"}[view.state]
    took = fact.resolved_at and fact.resolved_at - fact.created_at
    fact.duration = None if took is None or took < timedelta() or fact.date_only else took


def _view(fact: SimpleNamespace, until: datetime) -> Replay:
    """The ticket as it was known at `until`, with nothing of what came after it."""
    if until not in fact.views:
        fact.views[until] = Replay(fact, fact.log, until)
    return fact.views[until]


def _place(fact: SimpleNamespace, days: list[SimpleNamespace], zone: ZoneInfo) -> None:
    """The days on which the ticket was created, resolved (not before it was created) and due."""
    fact.evenings = [day.known for day in days if day.known >= fact.created_at]
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
        **_of_log(fact),
    }


def _of_log(fact: SimpleNamespace) -> Row:
    names = (
        "team_in_force",
        "reopens",
        "assignments",
        "first_resolved_at",
        "paused_hours",
        "is_paused",
    )
    if fact.view is None:
        return dict.fromkeys((*names, "log_issues"))
    steps, view = fact.view.steps, fact.view
    agents = [step.values["agent_id"] for step in steps if step.kind != "closed" or step.former]
    got = [new for old, new in zip([None, *agents], agents, strict=False) if new != old]
    return {
        "team_in_force": view.values["team"],
        "reopens": sum(step.kind == "reopened" for step in steps),
        "assignments": sum(agent != "(unassigned)" for agent in got),
        "first_resolved_at": min((s.at for s in steps if s.kind == "closed"), default=None),
        "paused_hours": _hours(view.paused),
        "is_paused": view.state == "paused",
        "log_issues": fact.log.issues,
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
    elapsed = Fraction(used // MICROSECOND, target // MICROSECOND) if is_open and target else None
    band = None
    if is_open:
        band = (
            fact.sla_state
            if fact.sla_state != "pending"
            else "at_risk"
            if elapsed is None or elapsed >= Fraction(3, 4)  # None: nothing is left
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
    has_band = not is_late and hours is not None and row["risk_band"] != "paused"
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
        ("reopened", 10, "Ask the customer what was not solved", _of_log(fact)["reopens"]),
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


def _happened(fact: SimpleNamespace, day: SimpleNamespace) -> SimpleNamespace:
    """What happened to a ticket on a day, and what it was at its end, with what was known then.

    Each happening has the values in force: created and reopened one, closed (values, judged, duration),
    moved (before, after) while open, due (values, missed). `stock` are the values of an open ticket.
    """
    if day.date not in fact.days:
        logged = fact.log is not None and fact.created_at <= day.known
        fact.days[day.date] = _of_view(fact, day) if logged else _of_base(fact, day)
    return fact.days[day.date]


def _of_base(fact: SimpleNamespace, day: SimpleNamespace) -> SimpleNamespace:
    values = {"priority": fact.priority, "agent_id": fact.agent, "team": None}
    is_due = fact.due_at and day.start <= fact.due_at <= day.known
    missed = is_due and (fact.resolved_at is None or fact.resolved_at > fact.due_at)
    is_open = fact.log is None and _was_open(fact, day.known)
    now = fact.log is None
    return SimpleNamespace(
        created=[values] * (now and fact.created_date == day.date),
        reopened=[],
        closed=[(values, fact.sla_state, fact.duration)] * (now and fact.resolved_date == day.date),
        moved=[],
        due=[(values, missed)] * bool(now and is_due),
        stock=values if is_open else None,
        past_due=is_open and fact.due_at is not None and fact.due_at <= day.known,
    )


def _of_view(fact: SimpleNamespace, day: SimpleNamespace) -> SimpleNamespace:
    view = _view(fact, day.known)
    today = [step for step in view.steps if day.start <= step.at <= day.known]

    def duration(at: datetime) -> timedelta | None:
        early = at == fact.created_at and fact.exported_close and fact.exported_close < at
        return None if fact.date_only or early else at - fact.created_at

    due = []
    if view.breached_at:
        due = [(view.missed, True)] * (day.start <= view.breached_at <= day.known)
    elif _is_kept(view) and not any(
        _is_kept(earlier) and earlier.began == view.began
        for earlier in (_view(fact, evening) for evening in fact.evenings if evening < day.start)
    ):
        due = [(view.values, False)]
    changed = [s for s in today if s.kind == "changed" and s.former and s.is_open]
    return SimpleNamespace(
        created=[step.values for step in today if step.kind == "created"],
        reopened=[step.values for step in today if step.kind == "reopened"],
        closed=[(s.values, s.judged, duration(s.at)) for s in today if s.kind == "closed"],
        moved=[(step.former, step.values) for step in changed],
        due=due,
        stock=view.values if view.is_open else None,
        past_due=view.is_open and view.breached_at is not None,
    )


def _is_kept(view: Replay) -> bool:
    """Whether a ticket was closed in time and would be due by now."""
    return bool(
        not view.is_open and not view.breached_at and view.due_at and view.due_at <= view.until
    )


def _on(
    facts: list[SimpleNamespace], attribute: str, day: SimpleNamespace
) -> list[SimpleNamespace]:
    return [fact for fact in facts if getattr(fact, attribute) == day.date]


def _counts(
    facts: list[SimpleNamespace], day: SimpleNamespace, belongs: Callable[..., bool]
) -> SimpleNamespace:
    """The happenings of a day whose values belong: `belongs(fact, values)`."""
    found = SimpleNamespace(
        created=0, reopened=0, closed=[], moved_in=0, moved_out=0, due=[], stock=[], past_due=0
    )
    for fact in facts:
        its = _happened(fact, day)
        found.created += sum(belongs(fact, values) for values in its.created)
        found.reopened += sum(belongs(fact, values) for values in its.reopened)
        found.closed += [one for one in its.closed if belongs(fact, one[0])]
        found.due += [missed for values, missed in its.due if belongs(fact, values)]
        for before, after in its.moved:
            came, left = belongs(fact, after), belongs(fact, before)
            found.moved_in += came and not left
            found.moved_out += left and not came
        if its.stock and belongs(fact, its.stock):
            found.stock.append(fact)
            found.past_due += its.past_due
    return found


def _any(fact: SimpleNamespace, values: Row) -> bool:
    return True


def _features(facts: list[SimpleNamespace], day: SimpleNamespace) -> Row:
    its = _counts(facts, day, _any)
    states = [judged for _, judged, _ in its.closed if judged in ("met", "breached")]
    durations = [took for _, _, took in its.closed if took is not None]
    answered = _on(facts, "first_response_date", day)
    waits = [fact.wait for fact in answered if fact.wait is not None]
    due, missed = len(its.due), sum(its.due)
    return {
        "ops_date": day.date,
        "total_tickets": its.created,
        "resolved_tickets": len(its.closed),
        "open_tickets": len(its.stock),
        "avg_tat": _mean_hours(durations),
        "sla_breach_rate": states.count("breached") / len(states) if states else None,
        "median_tat": _hours(_percentile(durations, 50)),
        "p90_tat": _hours(_percentile(durations, 90)),
        "sla_due_tickets": due,
        "sla_due_missed": missed,
        "sla_attainment": (due - missed) / due if due else None,
        "past_due_tickets": its.past_due,
        "first_responses": len(answered),
        "median_first_response": _hours(_percentile(waits, 50)),
        "p90_first_response": _hours(_percentile(waits, 90)),
        "met": states.count("met"),
        "breached": states.count("breached"),
        "reopened_tickets": its.reopened,
    }


def _backlog(
    facts: list[SimpleNamespace], day: SimpleNamespace, before: SimpleNamespace | None
) -> Row:
    its = _counts(facts, day, _any)
    ages = [(day.date - fact.created_date).days for fact in its.stock]
    return {
        "ops_date": day.date,
        "backlog_size": len(ages),
        "opening": len(_counts(facts, before, _any).stock) if before else 0,
        "inflow": its.created + its.reopened,
        "outflow": len(its.closed),
        **{band: sum(low <= age <= high for age in ages) for band, (low, high) in BANDS.items()},
        "age_p50_days": _percentile(ages, 50),
        "age_p90_days": _percentile(ages, 90),
        "past_due": its.past_due,
    }


def _agent_rows(facts: list[SimpleNamespace], day: SimpleNamespace) -> list[Row]:
    rows = []
    names = {fact.agent for fact in facts}
    names |= {step.values["agent_id"] for f in facts if f.view for step in f.view.steps}
    for agent in sorted(names):
        its = _counts(facts, day, lambda fact, values, agent=agent: values["agent_id"] == agent)
        still_open = [
            fact
            for fact in facts
            if fact.resolved_at is None
            and any(values["agent_id"] == agent for values in _happened(fact, day).created)
        ]
        row = {
            "tickets_assigned": its.created,
            "tickets_resolved": len(its.closed),
            "avg_resolution_hours": _mean_hours(
                [took for _, _, took in its.closed if took is not None]
            ),
            "sla_breaches": sum(judged == "breached" for _, judged, _ in its.closed),
            "open_tickets_from_day": len(still_open),
            "open_tickets": len(its.stock),
            "tickets_reopened": its.reopened,
            "moved_in": its.moved_in,
            "moved_out": its.moved_out,
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
    views = [fact.view for fact in facts if fact.view]
    has_teams = bool(agents) or any(step.values["team"] for view in views for step in view.steps)
    rows = []
    for dimension in (
        "priority",
        "category",
        "channel",
        "customer_tier",
        *(["team"] if has_teams else []),
        *{name for fact in facts for name in fact.named},
    ):

        def segment_of(fact: SimpleNamespace, values: Row, dimension: str = dimension) -> str:
            if dimension == "priority":
                return values["priority"] or "(none)"
            if dimension == "team":
                return values["team"] or team_of.get(values["agent_id"]) or "(none)"
            return (vars(fact) | fact.named).get(dimension) or "(none)"

        seen: dict[str, list[Row]] = {}
        for day in days:
            names = {segment_of(fact, values) for fact in facts for values in _touched(fact, day)}
            for segment in sorted({*seen, *names}):

                def belongs(fact: SimpleNamespace, values: Row, segment: str = segment) -> bool:
                    return segment_of(fact, values) == segment

                row = _segment_day(_counts(facts, day, belongs), day)
                seen.setdefault(segment, []).append(
                    {"dimension": dimension, "segment": segment} | row
                )
        rows += [row for own in seen.values() for row in own]
    return rows


def _touched(fact: SimpleNamespace, day: SimpleNamespace) -> list[Row]:
    """The values under which anything of a ticket is counted on a day."""
    its = _happened(fact, day)
    return [
        *its.created,
        *its.reopened,
        *(values for values, *_ in its.closed),
        *(values for pair in its.moved for values in pair),
        *(values for values, _ in its.due),
        *([its.stock] if its.stock else []),
    ]


def _segment_day(its: SimpleNamespace, day: SimpleNamespace) -> Row:
    states = [judged for _, judged, _ in its.closed]
    return {
        "ops_date": day.date,
        "created": its.created,
        "resolved": len(its.closed),
        "backlog_size": len(its.stock),
        "past_due": its.past_due,
        "sla_due_tickets": len(its.due),
        "sla_due_missed": sum(its.due),
        "met": states.count("met"),
        "breached": states.count("breached"),
        "reopened": its.reopened,
        "moved_in": its.moved_in,
        "moved_out": its.moved_out,
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
