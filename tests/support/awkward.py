"""Exports that are awkward in one way each, as lines of ops_tickets."""

from datetime import datetime, timedelta

from exports import line

START = datetime(2023, 1, 2, 9)
TARGET = {"sla_hours": "24"}


def ticket(number: int, created: float, resolved: float | None, **cells: str) -> str:
    """Return a line; created and resolved are days after the start."""
    cells = {"agent_id": f"AG-{number % 3}", "priority": ("High", "Low")[number % 2], **cells}
    if resolved is not None:
        cells["resolved_at"] = f"{START + timedelta(days=resolved)}"
        cells["status"] = "Closed"
    return line(f"T{number}", f"{START + timedelta(days=created)}", **cells)


def steady(days: int, **cells: str) -> list[tuple[int, float, float]]:
    """Return three tickets per day: resolved at once, after a day, and after 30 days."""
    waits = (0.1, 1.2, 30.0)
    return [(3 * n + place, n, n + wait) for n in range(days) for place, wait in enumerate(waits)]


def lines(tickets, until: float = 10_000, **cells: str) -> list[str]:
    return [ticket(n, a, b if b <= until else None, **cells) for n, a, b in tickets]


EXPORTS = {
    "one open ticket": [ticket(1, 0, None)],
    "one ticket of one day": [ticket(1, 0, 0.1)],
    "one ticket, one week": [ticket(1, 0, 8.0)],
    "three days": lines(steady(3), until=3, **TARGET),
    "all open": lines(steady(40), until=-1, **TARGET),
    "all closed, no target, no agent, no priority": lines(
        [one for one in steady(40) if one[2] < 40], agent_id="", priority=""
    ),
    "filtered by closing date": [
        text
        for number, text in enumerate(lines(steady(90), **TARGET))
        if 60 <= steady(90)[number][2] < 90
    ],
    "followed after its intake": lines(steady(60), until=88, **TARGET),
}
