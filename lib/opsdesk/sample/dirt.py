"""Spoiled rows, one in fifty: what real exports hold, one kind of dirt a row so that each can be counted."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np

from opsdesk.sample.chance import draw
from opsdesk.sample.tickets import COLUMNS

BLOCK = 50  # tickets of which one is spoiled
UNREADABLE = "13/45/23 99:99"
REJECTED = {  # kind of dirt: the reason for which ingest must reject the row
    "older_version": "duplicate_ticket_id",
    "too_few_fields": "malformed_line",
    "too_many_fields": "malformed_line",
    "torn_quote": "malformed_line",
    "missing_ticket_id": "missing_ticket_id",
    "missing_created_at": "missing_created_at",
    "bad_created_at": "bad_created_at",
    "created_in_future": "created_in_future",
    "closed_without_resolved_at": "closed_without_resolved_at",
}
ISSUES = {  # kind of dirt: the issue that ingest must note
    "bad_resolved_at": "bad_resolved_at",
    "resolved_in_future": "resolved_in_future",
    "resolved_before_created": "resolved_before_created",
    "sla_hours_no_number": "bad_sla_hours",
    "sla_hours_negative": "bad_sla_hours",
    "bad_resolution_hours": "bad_resolution_hours",
    "resolution_hours_differ": "resolution_hours_differ",
    "bad_sla_flag": "bad_sla_flag",
    "sla_flag_differs": "sla_flag_differs",
}
KINDS = (*REJECTED, *ISSUES)
CYCLE = BLOCK * len(KINDS)  # tickets among which every kind comes once
PLACES = {column: place for place, column in enumerate(COLUMNS)}
STILL_OPEN = {"resolved_at": "", "resolution_hours": "", "sla_breached": "False", "status": "Open"}
CHANGES = {  # kind of dirt: cells that are replaced
    "older_version": STILL_OPEN,
    "missing_ticket_id": {"ticket_id": ""},
    "missing_created_at": {"created_at": " "},
    "bad_created_at": {"created_at": UNREADABLE},
    "created_in_future": {"created_at": "2199-03-01 08:00:00"},
    "closed_without_resolved_at": {"resolved_at": "", "resolution_hours": "", "status": "Closed"},
    "bad_resolved_at": {**STILL_OPEN, "resolved_at": UNREADABLE},
    "resolved_in_future": {**STILL_OPEN, "resolved_at": "2199-03-01 08:00:00"},
    "sla_hours_no_number": {"sla_hours": "abc"},
    "sla_hours_negative": {"sla_hours": "-8"},
    "bad_resolution_hours": {"resolution_hours": "n/a"},
    "bad_sla_flag": {"sla_breached": "maybe"},
}
RESOLVED_AFTER = {  # kind of dirt: hours after creation at which it is resolved, cells; one hour keeps every target
    "resolved_before_created": (
        -5,
        {"resolution_hours": "", "sla_breached": "False", "status": "Resolved"},
    ),
    "resolution_hours_differ": (
        1,
        {"resolution_hours": "13.50", "sla_breached": "False", "status": "Resolved"},
    ),
    "sla_flag_differs": (
        1,
        {"resolution_hours": "1.00", "sla_breached": "True", "status": "Resolved"},
    ),
}


def soil(rows: list[tuple[str, ...]], first: int, planted: Counter[str]) -> list[str]:
    """The lines of `rows`, spoiled where their turn comes; `first` is the number of the first, a multiple of CYCLE.

    The newest version of a ticket that stands there twice comes at the end of its cycle. Counts go into `planted`.
    """
    lines = [",".join(row) for row in rows]
    later: dict[int, list[str]] = {}
    for place, kind in _turns(first, len(rows)):
        if kind == "older_version":
            later.setdefault(place // CYCLE, []).append(lines[place])
        lines[place] = _spoiled(list(rows[place]), kind)
        planted[kind] += 1
    cycles = range(-(-len(lines) // CYCLE))
    return [
        line
        for cycle in cycles
        for line in (*lines[cycle * CYCLE : (cycle + 1) * CYCLE], *later.get(cycle, ()))
    ]


def _turns(first: int, count: int) -> list[tuple[int, str]]:
    """(place in the chunk, kind of dirt) of each row to be spoiled."""
    blocks = np.arange(first // BLOCK, (first + count - 1) // BLOCK + 1)
    places = blocks * BLOCK + draw("dirt", blocks, BLOCK) - first
    kinds = (KINDS[block % len(KINDS)] for block in blocks.tolist())
    return [
        (place, kind) for place, kind in zip(places.tolist(), kinds, strict=True) if place < count
    ]


def _spoiled(cells: list[str], kind: str) -> str:
    """The line of a ticket after `kind` of dirt has come over it."""
    if kind == "too_few_fields":
        return ",".join(cells[:8])
    if kind == "too_many_fields":
        return ",".join(
            [*cells[:8], " remote", *cells[8:]]
        )  # a comma in the category that nobody quoted
    if kind == "torn_quote":
        return ",".join(cells).removesuffix('"')
    hours, changes = RESOLVED_AFTER.get(kind, (None, CHANGES.get(kind, {})))
    if hours is not None:
        changes = {
            **changes,
            "resolved_at": str(
                datetime.fromisoformat(cells[PLACES["created_at"]]) + timedelta(hours=hours)
            ),
        }
    for column, text in changes.items():
        cells[PLACES[column]] = text
    return ",".join(cells)
