"""What an ingest has to say next to its counts: the zone, what looks odd, what was assumed."""

from collections.abc import Iterator

from opsdesk.guards.texts import one_line, readable
from opsdesk.ingest.alarm import alarms, number_of
from opsdesk.ingest.events.summary import change_alarms
from opsdesk.lake.lake import Record

QUIET_DAY = "A quiet day: the delta has a header and no rows, so no ticket was changed."
LOUD = "loud"
SET_BY = {
    "header": "the export's header says so",
    "mapping": "the mapping says so",
    "run": "the run's timezone, because the mapping names no zone",
}


def remarks(record: Record) -> list[str]:
    """Return the sentences that follow the counts in the terminal."""
    quiet = [QUIET_DAY] if record.get("rows") == 0 else []
    quiet += delta_sentences(record)
    calm = [sentence for kind, sentence in remarks_by_kind(record) if kind != LOUD]
    return [*quiet, *calm]


def delta_sentences(record: Record) -> list[str]:
    """Return what a delta did to the lake's own tickets, where it did anything."""
    outdated = number_of(record, "outdated")
    left = number_of(record, "left")
    said = []
    if outdated:
        said.append(f"Older by updated_at than what the lake has, and left out: {outdated:,}.")
    if left:
        said.append(f"Tickets that left the lake, by their newest version: {left:,}.")
    return said


def remarks_by_kind(record: Record) -> list[tuple[str, str]]:
    """Return kind and sentence of all that was assumed or looks odd, the loudest first."""
    found = {
        LOUD: [*alarms(record), *change_alarms(record)],
        "odd": [*sentences(record, "suspicions"), *sentences(record, "looks_cut")],
        "note": sentences(record, "notes"),
        "zone": list(zone_sentences(record)),
    }
    return [(kind, sentence) for kind, said in found.items() for sentence in said]


def zone_sentences(record: Record) -> Iterator[str]:
    """Return in which zone times without one were read, and who set it; nothing if not known."""
    zone = record.get("zone")
    if isinstance(zone, dict) and "timezone" in zone:
        source = SET_BY.get(str(zone.get("from")), "")
        because = f" ({source})" if source else ""
        yield f"Times without a zone were read as {one_line(str(zone['timezone']))}{because}."


def sentences(record: Record, key: str) -> list[str]:
    """Return the sentences under `key` of a lake's record; an older version may have no such."""
    found = record.get(key)
    return [readable(one_line(str(text))) for text in found] if isinstance(found, list) else []
