"""What a system's export is: how it writes the made-up tickets, and what can be known from that.

`TICKETS` is the neutral list. What is expected of it is computed here, apart from opsdesk.
"""

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOUR = timedelta(hours=1)
SUBJECTS = (
    'Printer says "PC LOAD LETTER"',
    "Größe, Farbe; Menge",
    "first line\nsecond line",
    "印刷できません",
    "a;b,c\td",
    "  Ärger mit VPN ",
    "'=1+1",
    "",
)


@dataclass(frozen=True)
class Ticket:
    """One version of a ticket. `end` is what became of it other than a resolution."""

    number: int
    created: datetime
    updated: datetime
    first: datetime | None
    resolved: datetime | None
    closed: datetime | None
    due: datetime | None
    state: str  # open | pending | solved | closed
    end: str
    priority: str
    category: str
    channel: str
    agent: str
    customer: str
    subject: str
    group: str

    @property
    def left(self) -> timedelta | None:
        """What was left of the time promised."""
        return self.due - (self.resolved or self.closed or NOW) if self.due else None

    @property
    def late(self) -> bool | None:
        return self.left < timedelta() if self.left is not None else None


ENDS = ("merged", "spam", "deleted", "canceled", "duplicate", "wont_do", "information", "noise")


def _ticket(number: int, chance: random.Random) -> Ticket:
    """One of three weeks in which the clocks of Europe (25 October) and America (1 November) change."""
    created = datetime(2026, 10, 16, tzinfo=UTC) + timedelta(seconds=chance.randrange(21 * 86400))
    if number % 20 == 0:  # in the hour that comes twice in Berlin, in New York
        created = datetime(2026, 10, 25, number // 20 % 2, 17, number % 60, tzinfo=UTC)
    if number % 20 == 1:
        created = datetime(2026, 11, 1, 5 + number // 20 % 2, 41, number % 60, tzinfo=UTC)
    if number % 20 == 2:  # in Los Angeles
        created = datetime(2026, 11, 1, 8 + number // 20 % 2, 5, number % 60, tzinfo=UTC)
    state = chance.choice(("open", "pending", "solved", "solved", "closed", "closed", "closed"))
    ended = state in ("solved", "closed")
    resolved = created + timedelta(seconds=chance.randrange(7200, 900_000)) if ended else None
    closed = resolved + 30 * HOUR if resolved and state == "closed" else None
    if state == "closed" and number % 9 == 0:
        resolved = None  # only that it was closed is known
    if state == "solved" and number % 11 == 0:
        resolved = None  # not even that
    first = created + timedelta(seconds=chance.randrange(60, 90_000))
    due = created + chance.choice((4, 8, 24, 72, 120)) * HOUR
    if resolved and abs(due - resolved) < 2 * HOUR:
        due = resolved + 5 * HOUR
    return Ticket(
        number=number,
        created=created,
        updated=max(filter(None, (created, first, resolved, closed))) + HOUR,
        first=first if number % 7 else None,
        resolved=resolved,
        closed=closed,
        due=due if number % 5 else None,
        state=state,
        end=ENDS[number // 4 % len(ENDS)] if number % 4 == 0 and resolved else "",
        priority=chance.choice(("Critical", "High", "Medium", "Medium", "Low", "")),
        category=chance.choice(("Question", "Problem", "Zwischenfall, groß", "")),
        channel=chance.choice(("Email", "Phone", "Web form")),
        agent=chance.choice(("Ana Núñez", "Li Wei", "O'Brien, Pat", "")),
        customer=chance.choice(("Müller & Söhne", "Acme, Inc.", "", "שלום")),
        subject=SUBJECTS[number % len(SUBJECTS)],
        group=chance.choice(("First line", "Netzwerk", "")),
    )


def _tickets() -> list[Ticket]:
    """Every fifteenth ticket is there twice: once in an older version, before or after."""
    chance = random.Random(21)
    rows = []
    for number in range(1001, 1201):
        ticket = _ticket(number, chance)
        older = replace(
            ticket, updated=ticket.created + HOUR / 2, state="open", end="", resolved=None,
            closed=None, first=None, subject="as it was",
        )  # fmt: skip
        versions = [older, ticket] if number % 15 == 0 else [ticket]
        rows += versions[::-1] if number % 30 == 0 else versions
    return rows


TICKETS = _tickets()


@dataclass(frozen=True)
class Clock:
    """Times as a system writes them, and as they can be read from that."""

    zone: str
    form: str | None = "%Y-%m-%d %H:%M:%S"  # None: typed, without a zone
    plain: bool = False  # no zeros before day, month and hour

    def write(self, moment: datetime | None) -> Any:
        if moment is None:
            return "" if self.form else None
        wall = moment.astimezone(ZoneInfo(self.zone))
        if self.form is None:
            return wall.replace(tzinfo=None)
        text = wall.strftime(self.form)
        if not self.plain:
            return text
        return "/".join(part.removeprefix("0") for part in text.replace(" 0", " ").split("/"))

    def read(self, moment: datetime | None) -> datetime | None:
        """Cut to what the form has; of a wall time that came twice, the first."""
        if moment is None:
            return None
        form = (self.form or "%H%S").replace("%-", "%")
        wall = moment.astimezone(ZoneInfo(self.zone))
        if "%S" not in form:
            wall = wall.replace(second=0)
        if not any(part in form for part in ("%H", "%I")):
            wall = wall.replace(hour=0, minute=0)
        says = form.endswith(("Z", "%z"))
        return (wall if says else wall.replace(fold=0)).astimezone(UTC)


Known = dict[str, Any]


def _nothing(ticket: Ticket, clock: Clock) -> Known:
    return {}


@dataclass(frozen=True)
class System:
    """A form: the cells of a ticket by column, and what can be known from them.

    `lacks` are things of a ticket that the form has no column for; `carried` replaces what else
    would be known. `states` and `priorities` are its own words; `reads` is what becomes of them.
    `ends` are the rules that exclude, by what became of the ticket. `footers` are lines after the
    tickets, with the reason for which they are rejected.
    """

    mapping: str
    header: str
    cells: Callable[[Ticket, Clock], Known]
    clock: Clock
    states: dict[str, str]
    priorities: dict[str, str] = field(default_factory=dict)
    reads: dict[str, str] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    carried: Callable[[Ticket, Clock], Known] = _nothing
    attributes: Callable[[Ticket], dict[str, str]] = lambda ticket: {"group": ticket.group}
    ends: dict[str, str] = field(default_factory=dict)
    ending: str = "csv"
    delimiter: str = ","
    quoting: int = csv.QUOTE_MINIMAL
    end: str = "\n"
    mark: bool = False
    above: tuple[tuple[str, ...], ...] = ()
    footers: tuple[tuple[str, str], ...] = ()
    issues: tuple[str, ...] = ()
    zone_from: str = "run"  # who says the zone: header, mapping or run
    name: str = ""

    @property
    def shown(self) -> str:
        return self.name or self.mapping

    def state(self, ticket: Ticket) -> str:
        """An end that the system knows as a state goes before the others."""
        return self.states.get(ticket.end) or self.states[ticket.state]

    def priority(self, ticket: Ticket) -> str:
        return self.priorities.get(ticket.priority, ticket.priority)

    def known(self, ticket: Ticket) -> Known:
        """What can be known of a ticket from its cells: lake columns as Python values."""
        read = self.clock.read
        created = read(ticket.created)
        priority = self.priority(ticket)
        state = self.state(ticket)
        found: Known = {
            "ticket_id": str(ticket.number),
            "created_at": created,
            "resolved_at": read(ticket.resolved),
            "due_at": read(ticket.due),
            "sla_breached": ticket.late,
            "priority": ticket.priority and self.reads.get(priority, ticket.priority),
            "category": ticket.category,
            "channel": ticket.channel,
            "status": self.reads.get(state, state),
            "agent_id": ticket.agent,
            "updated_at": read(ticket.updated),
            "first_response_at": read(ticket.first),
            "customer": ticket.customer,
            "subject": ticket.subject.strip(),
        }
        found |= dict.fromkeys(self.lacks) | self.carried(ticket, self.clock)
        due = found.pop("due_at")
        found["sla_hours"] = (due - created) / HOUR if due else None
        attributes = {name: text for name, text in sorted(self.attributes(ticket).items()) if text}
        found["attributes"] = json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
        if not attributes:
            found["attributes"] = None
        return {name: value if value != "" else None for name, value in found.items()}

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.shown}.{self.ending}"
        if self.ending == "xlsx":
            _write_workbook(path, self)
            return path
        if self.ending in ("json", "ndjson"):
            objects = [self.cells(ticket, self.clock) for ticket in TICKETS]
            lines = [json.dumps(found, ensure_ascii=self.mark) for found in objects]
            text = "\n".join(lines) if self.ending == "ndjson" else f"[{','.join(lines)}]"
            path.write_text(text, encoding="utf-8")
            return path
        text = io.StringIO()
        writer = csv.writer(
            text, delimiter=self.delimiter, quoting=self.quoting, lineterminator=self.end
        )
        writer.writerows(table_of(self))
        for line, _ in self.footers:
            text.write(line + self.end)
        path.write_bytes((b"\xef\xbb\xbf" if self.mark else b"") + text.getvalue().encode())
        return path


def table_of(system: System) -> list[list[Any]]:
    """What is above the header, the header, and the tickets; columns nobody knows hold noise."""
    header = next(csv.reader([system.header]))
    rows: list[list[Any]] = [*map(list, system.above), header]
    for ticket in TICKETS:
        cells = system.cells(ticket, system.clock)
        unknown = set(cells) - set(header)
        assert not unknown, f"{system.shown}: {unknown} are not in the header"
        row = []
        for place, name in enumerate(header):
            value = cells.get(name, f'noise "{place}", {name}\nand more')
            # of columns of one name, each has a value of its own
            row.append(value[header[:place].count(name)] if isinstance(value, list) else value)
        rows.append(row)
    return rows


def _write_workbook(path: Path, system: System) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Page 1")
        shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        table = table_of(system) + [[line] for line, _ in system.footers]
        for row, cells in enumerate(table):
            for column, value in enumerate(cells):
                if isinstance(value, datetime):
                    sheet.write_datetime(row, column, value, shown)
                elif isinstance(value, bool):
                    sheet.write_boolean(row, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(row, column, value)
                elif value:
                    sheet.write_string(row, column, value)
