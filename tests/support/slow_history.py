"""The history of a ticket, replayed change by change: a plain state machine that knows what was known at one instant."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from tickets import Row

SECOND = timedelta(seconds=1)
BLANK = {"agent_id": "(unassigned)"}
FIELDS = ("status", "priority", "agent_id", "team")


def history(fact: SimpleNamespace, events: list[Row], exported_close: datetime | None):
    """The changes of a ticket in order, as (at, kind, value, hours), and its values at creation; None without a log."""
    own = sorted(
        (row for row in events if row["ticket_id"] == fact.ticket_id),
        key=lambda row: (row["at"], row["seq"]),
    )
    if not own:
        return None
    start = {"state": "open", "hours": fact.sla_hours}
    for field in FIELDS:
        mine = [row for row in own if row["field"] == field]
        given = {"team": None}.get(field, getattr(fact, field, None))
        start[field] = given or BLANK.get(field, None if field == "team" else "(none)")
        early = [row for row in mine if row["at"] <= fact.created_at and field != "status"]
        if early:
            start[field] = early[-1]["new_value"] or BLANK.get(field, "(none)")
        elif mine:
            start[field] = mine[0]["old_value"] or BLANK.get(field, "(none)")
        if field == "status" and mine:
            start["state"] = mine[0]["old_state"] or "open"
        if field == "priority" and mine:
            later = [row for row in mine if row["at"] > fact.created_at]
            start["hours"] = _first_target(fact, early, later)
    changes = []
    for row in own:
        if row["field"] != "status" and row["at"] <= fact.created_at:
            continue
        value = row["new_value"] or BLANK.get(row["field"], "(none)")
        at = max(row["at"], fact.created_at)
        changes.append(
            SimpleNamespace(
                at=at,
                field=row["field"],
                value=value,
                state=row["new_state"],
                hours=row["new_sla_hours"],
            )
        )
    before_log = []
    first_status = next((change for change in changes if change.field == "status"), None)
    if start["state"] == "closed" and first_status:
        if exported_close and first_status.at - exported_close > timedelta(hours=0.1):
            start["state"] = "open"
            closing = SimpleNamespace(
                at=max(exported_close, fact.created_at),
                field="status",
                value=start["status"],
                state="closed",
                hours=None,
            )
            changes = sorted([closing, *changes], key=lambda change: change.at)
        elif first_status.at > fact.created_at:
            before_log = ["closed_before_log"]
    issues = ["changed_before_created"] if any(row["at"] < fact.created_at for row in own) else []
    issues += before_log
    statuses = [change for change in changes if change.field == "status"]
    ending = []
    while statuses and statuses[-1].state in ("closed", None):
        ending.insert(0, statuses.pop())
    closings = [change for change in ending if change.state == "closed"]
    if not closings:
        statuses, ending = statuses + ending, []
    has_statuses = bool(statuses or ending)
    if ending and exported_close is None:
        issues.append("closed_in_log_only")
        changes = [change for change in changes if all(change is not one for one in ending)]
    elif not ending and exported_close is not None:
        if has_statuses:
            issues.append("closed_in_export_only")
        latest = max([fact.created_at, exported_close, *(change.at for change in statuses)])
        # no change of the same second comes after it
        changes.append(
            SimpleNamespace(
                at=latest, field="status", value=fact.status or "(none)", state="closed", hours=None
            )
        )
        changes.sort(key=lambda change: change.at)
    elif ending and abs(closings[0].at - exported_close) > timedelta(hours=0.1):
        issues.append("closed_at_another_time")
    return SimpleNamespace(start=start, changes=changes, issues=";".join(issues) or None)


def _first_target(fact: SimpleNamespace, early: list[Row], later: list[Row]) -> float | None:
    """The target of the priority at creation: as its change says, else the next one, else the export."""
    if early and early[-1]["new_sla_hours"] is not None:
        return early[-1]["new_sla_hours"]
    if not later:
        return fact.sla_hours
    if later[0]["old_sla_hours"] is None and later[0]["new_sla_hours"] is None:
        return fact.sla_hours
    return later[0]["old_sla_hours"]


class Replay:
    """A ticket as it was known at `until`."""

    def __init__(self, fact: SimpleNamespace, log, until: datetime):
        self.fact, self.log, self.until = fact, log, until
        self.now, self.used, self.breached_at = fact.created_at, timedelta(), None
        self.began, self.used_when_it_began = self.now, self.used
        self.paused, self.used_in_time = timedelta(), timedelta()
        self.state, self.hours = log.start["state"], log.start["hours"]
        self.values = {field: log.start[field] for field in FIELDS}
        self.steps = []  # (at, kind, values, values before, judged, was past due)
        self._note(self.now, "created", self.values)
        if self.state == "closed":
            self._note(self.now, "closed", self.values)
        changes = [change for change in log.changes if change.at <= until]
        self._settle(changes[0].at if changes else None)
        for place, change in enumerate(changes):
            self._advance(
                change.at,
                any(
                    c.state == "closed" and c.field == "status" and c.at == change.at
                    for c in changes
                ),
            )
            self._apply(change)
            self._settle(changes[place + 1].at if place + 1 < len(changes) else None)
        self._advance(until, False)

    @property
    def target(self):
        if self.fact.by_flag:
            return None
        if self.fact.exported_due:  # nothing moves it: what is used by then is the target
            seen = self.now if self.is_open else self.began
            return self.used_in_time + self._until_exported_due(seen)
        if self.fact.target_of_days is not None:
            return self.fact.target_of_days
        if self.hours is None:
            return None
        return round_half_up(self.hours) * SECOND

    @property
    def due_at(self):
        if self.breached_at:
            return self.breached_at
        if self.target is None:
            return None
        if self.fact.exported_due:
            return max(self.fact.exported_due, self.began)
        left = self.target - self.used_when_it_began
        begin = self.until if self.state == "paused" else self.began
        return begin if left <= timedelta() else self.fact.due(begin, left)

    @property
    def is_open(self):
        return self.state != "closed"

    def _note(self, at, kind, values, former=None):
        judged = None
        if kind == "closed":
            if self.fact.by_flag:
                judged = {True: "breached", False: "met", None: None}[self.fact.sla_breached]
            elif self.target is not None:
                judged = "breached" if self.breached_at else "met"
        self.steps.append(
            SimpleNamespace(
                at=at,
                kind=kind,
                values=dict(values),
                former=former,
                judged=judged,
                is_open=self.is_open,
            )
        )
        if self.is_open or kind == "closed":  # what is changed in a closed ticket moves nothing
            self.began, self.used_when_it_began = self.now, self.used

    def _advance(self, to, closes_then):
        """Let the clock run until `to`; a ticket closed in the second of its breach is in time."""
        if to <= self.now:
            return
        runs_out = self.state == "open" or (self.state == "paused" and self.fact.exported_due)
        if runs_out and self.target is not None and not self.breached_at:
            due = self.fact.exported_due or self.fact.due(self.now, self.target - self.used)
            if due < to or (due == to and not closes_then):
                self.breached_at, self.missed = due, dict(self.values)
                self.broken = self.target if self.state == "open" else self.used
        if self.state == "open":
            self.used_in_time += self._until_exported_due(self.now) - self._until_exported_due(to)
            self.used += self.fact.spent_between(self.now, to)
        elif self.state == "paused":
            self.paused += self.fact.spent_between(self.now, to)
        self.now = to

    def _apply(self, change):
        before = dict(self.values)
        was_closed = not self.is_open
        self.values[change.field] = change.value
        if change.field == "status":
            self.state = change.state or self.state
            kind = "changed"
            if self.is_open != (not was_closed):
                kind = "reopened" if self.is_open else "closed"
            self._note(change.at, kind, self.values, before)
            return
        if change.field == "priority" and change.hours is not None:
            self.hours = change.hours
        self._note(change.at, "changed", self.values, before)

    def _until_exported_due(self, begin):
        due = self.fact.exported_due
        return self.fact.spent_between(begin, due) if due and begin < due else timedelta()

    def _settle(self, following):
        """At the end of a second: what is in force by then may have used up its promise."""
        if following == self.now or not self.is_open or self.breached_at or self.target is None:
            return
        due = self.fact.exported_due
        if self.now >= due if due else self.used >= self.target:
            self.breached_at, self.missed = self.now, dict(self.values)
            self.broken = self.target


def round_half_up(hours: float) -> int:
    from fractions import Fraction

    return int(Fraction(hours * 3600) + Fraction(1, 2))
