"""Spoiled rows, one in fifty: what real exports hold, one kind of dirt per row to be countable."""

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
    "unclosed_quote": "malformed_line",
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
WITHIN_TARGET = {"sla_breached": "False", "status": "Resolved"}
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
    "resolved_before_created": {**WITHIN_TARGET, "resolution_hours": ""},
    "resolution_hours_differ": {**WITHIN_TARGET, "resolution_hours": "13.50"},
    "sla_flag_differs": {
        **WITHIN_TARGET,
        "resolution_hours": "1.00",
        "sla_breached": "True",
    },
}
# Kind of dirt: hours after creation at which it is resolved. One hour is within every SLA target.
RESOLVED_AFTER = {
    "resolved_before_created": -5,
    "resolution_hours_differ": 1,
    "sla_flag_differs": 1,
}


def spoil(rows: list[tuple[str, ...]], first: int, planted: Counter[str]) -> list[str]:
    """Return the lines of `rows`, spoiled where their turn comes; count them in `planted`.

    `first` is the number of the first row, a multiple of CYCLE. Of a ticket that is there twice,
    the newer version comes at the end of its cycle.
    """
    lines = [",".join(row) for row in rows]
    newer: dict[int, str] = {}  # by cycle
    for place, kind in _turns(first, len(rows)):
        if kind == "older_version":
            newer[place // CYCLE] = lines[place]
        lines[place] = _spoiled(list(rows[place]), kind)
        planted[kind] += 1
    return _with_newer(lines, newer)


def _with_newer(lines: list[str], newer: dict[int, str]) -> list[str]:
    merged: list[str] = []
    for start in range(0, len(lines), CYCLE):
        merged += lines[start : start + CYCLE]
        if start // CYCLE in newer:
            merged.append(newer[start // CYCLE])
    return merged


def _turns(first: int, count: int) -> list[tuple[int, str]]:
    """Return (place in the chunk, kind of dirt) of each row to be spoiled."""
    blocks = np.arange(first // BLOCK, (first + count - 1) // BLOCK + 1)
    places = blocks * BLOCK + draw("dirt", blocks, BLOCK) - first
    kinds = [KINDS[block % len(KINDS)] for block in blocks.tolist()]
    turns = zip(places.tolist(), kinds, strict=True)
    return [(place, kind) for place, kind in turns if place < count]


def _spoiled(cells: list[str], kind: str) -> str:
    """Return the line of a ticket with one kind of dirt."""
    if kind == "too_few_fields":
        return ",".join(cells[:8])
    if kind == "too_many_fields":  # a comma in the category, without quotes
        return ",".join([*cells[:8], " remote", *cells[8:]])
    if kind == "unclosed_quote":
        return ",".join(cells).removesuffix('"')
    if kind in RESOLVED_AFTER:
        created = datetime.fromisoformat(cells[PLACES["created_at"]])
        resolved = created + timedelta(hours=RESOLVED_AFTER[kind])
        cells[PLACES["resolved_at"]] = str(resolved)
    for column, text in CHANGES.get(kind, {}).items():
        cells[PLACES[column]] = text
    return ",".join(cells)
