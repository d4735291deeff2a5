"""What a record says of an export of changes: for the notebook, the terminal and `status`."""

from typing import Any

from opsdesk.guards.texts import one_line
from opsdesk.ingest.alarm import LOUD_REJECTED, SHOWN, percent
from opsdesk.ingest.reasons import (
    EVENT_ISSUES,
    EVENT_REASONS,
    OF_UNKNOWN_TICKETS,
    UNKNOWN_TICKETS,
)
from opsdesk.lake.lake import EVENTS_KEY, Record

REPORTED = "in the export of changes"
NOT_KEPT = "of a field that is not kept"


def changes_in(record: Record) -> dict[str, Any]:
    """Return what a record has of the last export of changes, {} where there was none."""
    events = record.get(EVENTS_KEY)
    return events if isinstance(events, dict) and isinstance(events.get("rows"), int) else {}


def change_counts(record: Record) -> dict[str, int]:
    """Return what became of the changes in an export; the first number is the others' sum."""
    found = changes_in(record)
    if not found:
        return {}
    return {
        REPORTED: found["rows"] + found["more"],
        "put in the lake": found["put_in"],
        "in the lake or in another file already": found["repeats"],
        "from a value to the same value": found["unchanged"],
        NOT_KEPT: sum(found["ignored"].values()),
        "rejected": sum(found["rejected"].values()),
    }


def left_out(record: Record) -> list[tuple[str, int, str]]:
    """Return why changes are not in the lake, in no table, or doubtful: reason, rows, meaning."""
    found = changes_in(record)
    if not found:
        return []
    rows = [(reason, rows, EVENT_REASONS[reason]) for reason, rows in found["rejected"].items()]
    rows += [(_shown(name), number, NOT_KEPT) for name, number in found["ignored"].items()]
    unknown, _ = unknown_changes(record)
    if unknown:
        rows.append((UNKNOWN_TICKETS, unknown, OF_UNKNOWN_TICKETS))
    return rows + [(code, rows, EVENT_ISSUES[code]) for code, rows in found["issues"].items()]


def _shown(name: str) -> str:
    """Return the name of a field of the export, cut and without signs that a screen would obey."""
    text = one_line(name)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def rejected_change_share(record: Record) -> float:
    """Return the share of the rows of changes that are rejected, without footers."""
    found = changes_in(record)
    if not found or not found["rows"]:
        return 0.0
    rejected = max(0, sum(found["rejected"].values()) - found["footers"])
    return float(rejected / found["rows"])


def unknown_changes(record: Record) -> tuple[int, str]:
    """Return how many changes are of tickets that no export has, and the first such ticket."""
    unknown = changes_in(record).get("unknown")
    if not isinstance(unknown, list) or not unknown[0]:
        return 0, ""
    return int(unknown[0]), _shown(str(unknown[1]))


def unknown_change_share(record: Record) -> float:
    """Return the share of the changes that are of tickets which no export has."""
    unknown, _ = unknown_changes(record)
    return unknown / changes_in(record)["reported"] if unknown else 0.0


def change_alarms(record: Record) -> list[str]:
    """Return a sentence for more than a few changes that are rejected, or of unknown tickets."""
    said = []
    if rejected_change_share(record) > LOUD_REJECTED:
        rejected = rejected_changes_sentence(record)
        said.append(f"{rejected} They are in no table: does the mapping fit?")
    if unknown_change_share(record) > LOUD_REJECTED:
        unknown = unknown_changes_sentence(record)
        said.append(f"{unknown} They are in no table: do both exports write the ids in one form?")
    return said


def unknown_changes_sentence(record: Record) -> str:
    """Return how many changes are of tickets that no export has, and the first of these."""
    unknown, ticket = unknown_changes(record)
    return (
        f"{percent(unknown_change_share(record))} of the changes are of tickets that no export has "
        f"({unknown:,} of {changes_in(record)['reported']:,}), such as ticket {ticket}."
    )


def rejected_changes_sentence(record: Record) -> str:
    """Return how many changes were rejected, and mostly why."""
    found = changes_in(record)
    counts = found["rejected"]
    reason = max(counts, key=lambda code: counts[code])
    return (
        f"{percent(rejected_change_share(record))} of the rows of changes were rejected, most of "
        f"them as {reason} ({counts[reason]:,}: {EVENT_REASONS[reason]})."
    )
