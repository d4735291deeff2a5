"""A made-up log of changes, written in the forms of several systems, and what the lake must hold of it.

The expected rows come from the log itself, never from a file that was written.
"""

import csv
import dataclasses
import io
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

START = datetime(2023, 1, 30, 22, 0, tzinfo=UTC)  # two evenings before a month ends
BERLIN = ZoneInfo("Europe/Berlin")
STATES = ("New", "In Progress", "On Hold", "Resolved")
PRIORITIES = ("Critical", "High", "Medium", "Low")
AGENTS = ("A1", "A2", None)
TEAMS = ("Core", "Field")
CHOICES = {"status": STATES, "priority": PRIORITIES, "agent_id": AGENTS, "team": TEAMS}
Row = tuple  # ticket_id, at, seq, field, old, new, old_state, new_state


class Change(NamedTuple):
    """One field of a ticket goes from a value to another; None is blank."""

    field: str
    old: str | None
    new: str | None


class Batch(NamedTuple):
    """What somebody changed in a ticket at once."""

    ticket: int
    at: datetime
    changes: list[Change]


def make_log(seed: int, tickets: int = 12) -> list[Batch]:
    """Batches by time; some of a ticket are in one second, and none at the same millisecond."""
    chance = random.Random(seed)
    log = []
    for ticket in range(1, tickets + 1):
        now = {"status": "New", "priority": "Low", "agent_id": None, "team": "Core"}
        at = START + timedelta(minutes=chance.randrange(3000))
        for _ in range(chance.randrange(2, 9)):
            at += timedelta(milliseconds=chance.choice((150, 40_000, 3_600_000, 90_000_000)))
            changes = []
            for field in chance.sample(sorted(CHOICES), chance.randint(1, 2)):
                new = chance.choice([one for one in CHOICES[field] if one != now[field]])
                changes.append(Change(field, now[field], new))
                now[field] = new
            log.append(Batch(ticket, at, changes))
    return sorted(log, key=lambda batch: batch.at)


@dataclass(frozen=True)
class EventForm:
    """A system's form: the file, the mapping, how it names a ticket and its values, its unit of time.

    `words` are our values by field as the system writes them, `shows` are those of the lake where
    they are not ours, `lacks` the fields that it does not tell. `told` reduces a change to what it says.
    """

    mapping: str
    name: str
    write: Callable[[list[Batch], "EventForm"], str]
    ticket: str
    words: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    shows: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    states: dict[str, str] = dataclasses.field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    unit: timedelta = timedelta(seconds=1)
    told: Callable[[Change], Change] = lambda change: change

    def word(self, field: str, value: str | None) -> str | None:
        """A value as the system writes it."""
        return self.words.get(field, {}).get(value, value)

    def shown(self, field: str, value: str | None) -> str | None:
        """A value as the lake has it."""
        return self.shows.get(field, {}).get(value, value)

    def expected(self, log: Iterable[Batch]) -> list[Row]:
        """The rows of the lake, sorted."""
        rows: list[Row] = []
        seqs: dict[tuple, int] = {}
        for batch in log:
            at = datetime.fromtimestamp(
                batch.at.timestamp() // self.unit.total_seconds() * self.unit.total_seconds(), UTC
            )
            for change in batch.changes:
                if change.field in self.lacks:
                    continue
                field, old, new = self.told(change)
                old, new = self.shown(field, old), self.shown(field, new)
                seq = seqs.get((batch.ticket, at), 0)
                seqs[batch.ticket, at] = seq + 1
                is_status = field == "status"
                states = [self.states.get(one) if is_status else None for one in (old, new)]
                rows.append((self.ticket.format(batch.ticket), at, seq, field, old, new, *states))
        return sorted(rows, key=lambda row: (row[1], row[0], row[2]))


def _zulu(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def zendesk(log: list[Batch], form: EventForm) -> str:
    """Audits, one per line; each has a comment too, and a field that is not kept."""
    names = {
        "status": "status",
        "priority": "priority",
        "agent_id": "assignee_id",
        "team": "group_id",
    }
    lines = []
    for number, batch in enumerate(log):
        events = [{"id": number, "type": "Comment", "body": 'Hello, "you"\nthere', "public": True}]
        for field, old, new in batch.changes:
            before = form.word(field, old)
            told = {"type": "Change", "field_name": names[field], "previous_value": before}
            events.append({"id": number, **told, "value": form.word(field, new)})
        events.append(
            {"type": "Change", "field_name": "tags", "previous_value": [], "value": ["x"]}
        )
        lines.append({"id": number, "ticket_id": batch.ticket, "created_at": _zulu(batch.at),
                      "author_id": 7, "metadata": {"system": {}}, "events": events})  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines)


def jira(log: list[Batch], form: EventForm) -> str:
    """The answer to a search with expand=changelog: the newest history of an issue comes first."""
    names = {"status": "status", "priority": "priority", "agent_id": "assignee", "team": "Team"}
    issues: dict[int, list] = {99: []}  # an issue that nothing has happened to
    for number, (ticket, at, changes) in enumerate(log):
        items = [
            {"field": names[field], "fieldtype": "jira", "from": "1", "to": "2",
             "fromString": form.word(field, old), "toString": form.word(field, new)}
            for field, old, new in changes
        ]  # fmt: skip
        wall = at.astimezone(BERLIN)
        created = f"{wall:%Y-%m-%dT%H:%M:%S}.{wall.microsecond // 1000:03}{wall:%z}"
        issues.setdefault(ticket, []).insert(
            0, {"id": str(number), "created": created, "items": items}
        )
    found = [
        {"key": f"DESK-{ticket}", "fields": {"summary": "x"},
         "changelog": {"total": len(histories), "histories": histories}}
        for ticket, histories in issues.items()
    ]  # fmt: skip
    return json.dumps({"startAt": 0, "total": len(found), "issues": found}, indent=1)


def servicenow(log: list[Batch], form: EventForm) -> str:
    """Rows of sys_audit, all quoted, in the zone of the user; some of a field that is not kept."""
    names = {
        "status": "state",
        "priority": "priority",
        "agent_id": "assigned_to",
        "team": "assignment_group",
    }
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("documentkey", "fieldname", "oldvalue", "newvalue", "sys_created_on", "user"))
    for ticket, at, changes in log:
        wall = f"{at.astimezone(BERLIN):%Y-%m-%d %H:%M:%S}"
        for field, old, new in changes:
            cells = (form.word(field, old) or "", form.word(field, new) or "")
            writer.writerow((form.ticket.format(ticket), names[field], *cells, wall, "admin"))
        writer.writerow((form.ticket.format(ticket), "work_notes", "", "two\nlines", wall, "admin"))
    return text.getvalue()


def github(log: list[Batch], form: EventForm) -> str:
    """Issue events, one per line, the newest first. The type of an event implies the value."""
    lines = []
    for number, (ticket, at, changes) in enumerate(log):
        common = {"created_at": _zulu(at), "actor": {"login": "me"}, "issue": {"number": ticket}}
        lines.append({"id": number, "event": "mentioned", **common})
        for field, old, new in changes:
            if field == "status":
                event = {"event": "closed" if new == "Resolved" else "reopened"}
            elif field == "agent_id":
                login = {"login": new or old}
                event = {"event": "assigned" if new else "unassigned", "assignee": login}
            else:
                event = {"event": "labeled", "label": {"name": new}}
            lines.append({"id": number, **event, **common})
    return "".join(json.dumps(line) + "\n" for line in reversed(lines))


def _of_github(change: Change) -> Change:
    if change.field == "status":
        return Change("status", None, "CLOSED" if change.new == "Resolved" else "OPEN")
    return change if change.new is None else change._replace(old=None)


LOG_HEADER = (
    "number,incident_state,active,reassignment_count,made_sla,caller_id,opened_at,sys_updated_at,"
    "contact_type,category,priority,assignment_group,assigned_to,closed_at,resolved_at"
)
FULL_PRIORITY = {
    "Critical": "1 - Critical", "High": "2 - High", "Medium": "3 - Moderate", "Low": "4 - Low",
}  # fmt: skip


def snapshots(log: list[Batch], form: EventForm) -> str:
    """A row each time an incident was written; in the minute of one, several may follow."""
    lines = []
    now: dict[int, dict[str, str | None]] = {}
    for ticket, at, changes in log:
        if ticket not in now:
            now[ticket] = {change.field: change.old for change in changes}
            missing = {"status": "New", "priority": "Low", "agent_id": None, "team": "Core"}
            now[ticket] = missing | now[ticket]
            lines.append(_snapshot(form, ticket, at, now[ticket]))
        now[ticket] |= {change.field: change.new for change in changes}
        lines.append(_snapshot(form, ticket, at, now[ticket]))
        lines.append(_snapshot(form, ticket, at, now[ticket]))  # written without a difference
    return "\n".join([LOG_HEADER, *lines]) + "\n"


def _snapshot(form: EventForm, ticket: int, at: datetime, now: dict) -> str:
    def wall(moment: datetime) -> str:
        there = moment.astimezone(BERLIN)
        return f"{there.day}/{there.month}/{there:%Y %H:%M}"

    cells = {
        "number": form.ticket.format(ticket), "incident_state": form.word("status", now["status"]),
        "active": "true", "reassignment_count": "0", "made_sla": "true", "caller_id": "?",
        "opened_at": wall(START), "sys_updated_at": wall(at), "contact_type": "Phone",
        "category": "?", "priority": form.word("priority", now["priority"]),
        "assignment_group": now["team"], "assigned_to": now["agent_id"] or "?",
        "closed_at": wall(at), "resolved_at": "?",
    }  # fmt: skip
    return ",".join(cells[name] for name in LOG_HEADER.split(","))


def in_order(log: list[Batch]) -> list[Batch]:
    """The log with the changes of a batch in the order in which a snapshot shows them."""
    order = ("status", "priority", "agent_id", "team")
    return [
        batch._replace(changes=sorted(batch.changes, key=lambda one: order.index(one.field)))
        for batch in log
    ]


OPEN = {"New": "open", "In Progress": "open", "On Hold": "paused", "Resolved": "closed"}
LOWER = {"New": "new", "In Progress": "open", "On Hold": "hold", "Resolved": "solved"}
NUMBERS = {"New": "1", "In Progress": "2", "On Hold": "3", "Resolved": "6"}
AWAITING = {"On Hold": "Awaiting Vendor"}
EVENT_FORMS = (
    EventForm(
        "zendesk_json", "audits.ndjson", zendesk, "{}",
        {"status": LOWER, "priority": {"Critical": "urgent", "High": "high", "Medium": "normal", "Low": "low"}},
        {"status": LOWER},
        {LOWER[text]: state for text, state in OPEN.items()},
    ),
    EventForm(
        "jira", "search.json", jira, "DESK-{}",
        {"priority": {"Critical": "Highest", "Low": "Lowest"}, "status": {"Resolved": "Done"}},
        {"status": {"Resolved": "Done"}},
        {**OPEN, "Done": "closed"},
        lacks=("team",),
    ),
    EventForm(
        "servicenow", "sys_audit.csv", servicenow, "{:032x}",
        {"status": NUMBERS, "priority": {"Critical": "1", "High": "2", "Medium": "3", "Low": "4"}},
        {},
        OPEN,
    ),
    EventForm(
        "github", "events.ndjson", github, "{}",
        states={"CLOSED": "closed", "OPEN": "open"},
        lacks=("priority", "team"),
        told=_of_github,
    ),
    EventForm(
        "servicenow_log", "log.csv", snapshots, "INC{:07}",
        {"priority": FULL_PRIORITY, "status": AWAITING},
        {"status": AWAITING},
        {**OPEN, "Awaiting Vendor": "paused"},
        unit=timedelta(minutes=1),
    ),
)  # fmt: skip


def read_rows(folder: Path) -> list[Row]:
    """The changes in folder/lake as the expected rows are."""
    rows = []
    for file in sorted((folder / "lake" / "events").rglob("*.csv")):
        for cells in csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")):
            texts = [
                cells[name] or None
                for name in ("field", "old_value", "new_value", "old_state", "new_state")
            ]
            at = datetime.strptime(cells["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            assert file.name == f"{at:%Y-%m-%d}.csv"
            rows.append((cells["ticket_id"], at, int(cells["seq"]), *texts))
    return rows
