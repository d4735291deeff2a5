"""The four small exports that docs/any_export.md shows: the same 60 tickets as four systems write them."""

import csv
import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ZENDESK = (
    "Summation column,Id,Requester,Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,"
    "Updated at,Assigned at,Organization,Due date,Initially assigned at,Solved at,Resolution time,Satisfaction Score,"
    "Reopens,Replies,First reply time in minutes,Full resolution time in minutes"
)
JIRA = (
    "Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Resolution,Assignee,Reporter,"
    "Created,Updated,Last Viewed,Resolved,Due date,Labels,Labels,Description,Comment,Comment,"
    "Custom field (Time to resolution),Status Category,Status Category Changed"
)
SERVICENOW = (
    "number,opened_at,resolved_at,closed_at,short_description,caller_id,priority,state,category,contact_type,"
    "assignment_group,assigned_to,sys_updated_on,made_sla"
)
GERMAN = "Ticketnummer;Erstellt am;Gelöst am;Fällig am;Status;Priorität;Kategorie;Bearbeiter;Kunde;Betreff;Standort;Kosten"


class Ticket(NamedTuple):
    number: int
    created: datetime
    resolved: datetime | None
    rank: int  # of the priority, 0 is the highest

    def end(self, form: str) -> str:
        return self.resolved.strftime(form) if self.resolved else ""


def tickets() -> list[Ticket]:
    start = datetime(2026, 3, 2, 8, 5)
    created = [start + timedelta(hours=23 * n) for n in range(60)]
    hours = [5 + (7 * n) % 60 for n in range(60)]
    return [
        Ticket(1000 + n, at, at + timedelta(hours=hours[n]) if n % 6 else None, n % 4)
        for n, at in enumerate(created)
    ]


def text_of(
    header: str, rows: list[dict[str, str]], delimiter: str = ",", quote=csv.QUOTE_MINIMAL
) -> str:
    """A CSV text; columns that a row does not have are blank, of two of one name both are filled."""
    names = header.split(delimiter)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quote)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue()


def zendesk() -> str:
    form = "%Y-%m-%d %H:%M"
    rows = [
        {
            "Summation column": "1", "Id": str(t.number), "Assignee": ["Ann Lee", "-"][t.number % 2], "Group": "First line",
            "Subject": f"Question {t.number}", "Tags": "closed_by_merge vip" if t.number == 1013 else "vip",
            "Status": "Solved" if t.resolved else "Open", "Priority": ["Urgent", "High", "Normal", "Low"][t.rank],
            "Via": "Mail", "Ticket type": "Question", "Created at": t.created.strftime(form),
            "Updated at": t.end(form) or t.created.strftime(form), "Organization": "Acme", "Solved at": t.end(form),
            "Reopens": "0", "First reply time in minutes": "42",
        }
        for t in tickets()
    ]  # fmt: skip
    return text_of(ZENDESK, rows)


def jira() -> str:
    def shown(moment: datetime | None) -> str:
        return f"{moment:%d/%b/%y} {moment.hour % 12 or 12}:{moment:%M %p}" if moment else ""

    rows = [
        {
            "Summary": f"Task {t.number}", "Issue key": f"OPS-{t.number}", "Issue Type": "Support",
            "Status": "Erledigt" if t.resolved else "In Arbeit", "Project key": "OPS", "Project name": "Operations",
            "Priority": ["Highest", "High", "Medium", "Lowest"][t.rank], "Resolution": "Done" if t.resolved else "",
            "Assignee": "Ann Lee", "Reporter": "Bob", "Created": shown(t.created), "Updated": shown(t.resolved or t.created),
            "Resolved": shown(t.resolved), "Labels": "vpn", "Comment": "seen",
            "Status Category": "Done" if t.resolved else "In Progress", "Status Category Changed": shown(t.resolved),
        }
        for t in tickets()
    ]  # fmt: skip
    return text_of(JIRA, rows)


def servicenow() -> str:
    """As a European user exports it: day first."""
    form = "%d-%m-%Y %H:%M:%S"
    rows = [
        {
            "number": f"INC{t.number:07}", "opened_at": t.created.strftime(form), "resolved_at": t.end(form),
            "short_description": f"Incident {t.number}", "caller_id": "Bob",
            "priority": ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"][t.rank],
            "state": "Resolved" if t.resolved else "In Progress", "category": "Network", "contact_type": "Phone",
            "assignment_group": "First line", "assigned_to": "Ann Lee",
            "sys_updated_on": t.end(form) or t.created.strftime(form), "made_sla": "true" if t.number % 3 else "false",
        }
        for t in tickets()
    ]  # fmt: skip
    return text_of(SERVICENOW, rows, quote=csv.QUOTE_ALL)


def german() -> str:
    form = "%d.%m.%Y %H:%M"
    rows = [
        {
            "Ticketnummer": f"S-{t.number}", "Erstellt am": t.created.strftime(form), "Gelöst am": t.end(form),
            "Fällig am": (t.created + timedelta(hours=[4, 8, 24, 72][t.rank])).strftime(form),
            "Status": "Erledigt" if t.resolved else "In Bearbeitung",
            "Priorität": ["Sehr hoch", "hoch", "mittel", "niedrig"][t.rank], "Kategorie": "Drucker", "Bearbeiter": "Möller",
            "Kunde": "Süd AG", "Betreff": f"Störung {t.number}", "Standort": ["Köln", "Bonn"][t.number % 2],
            "Kosten": "4,50",
        }
        for t in tickets()
    ]  # fmt: skip
    return text_of(GERMAN, rows, ";")


def write_exports(folder: Path) -> None:
    """Write the four files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "zendesk.zip", "w") as archive:
        archive.writestr("export-2026-05-02-1203.csv", zendesk())
    (folder / "jira.csv").write_text("\ufeff" + jira(), encoding="utf-8", newline="")
    (folder / "incidents.csv").write_text(servicenow(), encoding="utf-8", newline="")
    (folder / "Störungen.csv").write_text(german(), encoding="cp1252", newline="")
