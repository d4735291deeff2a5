"""The SQL that turns texts into instants: formats in the mapping's order, then the zone.

Nothing is inferred: what no format reads is unreadable. Instants are UTC, cut to the second.
"""

import re

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.clock_changes import wall_hours
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.timestamp_formats import is_zoned
from opsdesk.instants import zone_offsets

TIMESTAMPS = ("created_at", "resolved_at", "due_at", "updated_at", "first_response_at")
# anything before it is a blank date in disguise (1900-01-01, 0023-01-05)
EARLIEST = "TIMESTAMP '1970-01-01'"
NONE = "NULL::TIMESTAMP"


def mapped_timestamps(mapping: Mapping) -> list[str]:
    """Return those of our timestamps that the export has."""
    return [name for name in TIMESTAMPS if name in mapping.columns]


def select_readings(mapping: Mapping) -> str:
    """Return the columns NAME_wall and NAME_utc, read from the texts NAME_text.

    NAME_wall is a time in the mapping's zone. NAME_utc is set where the text has its own offset.
    """
    walls = [quoted(text) for text in mapping.timestamps if not is_zoned(text)]
    zoned = [text for text in mapping.timestamps if is_zoned(text)]
    columns = []
    for name in mapped_timestamps(mapping):
        text = f"{name}_text"
        wall = f"try_strptime({text}, [{', '.join(walls)}])" if walls else NONE
        # formats with an offset are tried on the texts that the others did not read
        unread = f"CASE WHEN {wall} IS NULL THEN {text} END"
        read = ", ".join(_read_zoned(unread, text_format) for text_format in zoned)
        utc = f"coalesce({read})" if zoned else NONE
        columns.append(f"date_trunc('second', {wall}) AS {name}_wall")
        columns.append(f"date_trunc('second', {utc}) AS {name}_utc")
    return ", ".join(columns)


def _read_zoned(text: str, text_format: str) -> str:
    if "%z" not in text_format:
        return f"try_strptime({text}, {quoted(text_format)})"
    offset = f"regexp_replace({text}, 'Z$', '+00:00')"  # %z does not read the letter Z
    read = f"try_strptime({offset}, {quoted(text_format)})"
    is_impossible = f"regexp_matches({offset}, {quoted(_impossible_offset(text_format))})"
    return f"timezone('UTC', CASE WHEN NOT {is_impossible} THEN {read} END)"


def _impossible_offset(text_format: str) -> str:
    """Return a pattern for texts of a format whose offset is beyond 14 hours, or no time at all.

    DuckDB reads +99:00 and +05:75. No zone is more than 14 hours from UTC.
    """
    after = text_format.rsplit("%z", 1)[1]
    # directives after the offset stand for any text without a sign
    rest = "[^+-]*".join(map(re.escape, re.split(r"%-?[A-Za-z]", after)))
    return rf"[+-](?:1[5-9]|[2-9]\d|14:?(?:0[1-9]|[1-9]\d)|\d\d:?[6-9]\d)(?::?\d\d)*{rest}$"


def clock_table(mapping: Mapping) -> str:
    """Return the statement that makes the table `clock` of the mapping's zone.

    Columns: month, wall_from, wall_to, ahead (of UTC), doubt. It is empty where clocks never
    change.
    """
    rows = [
        f"(DATE '{hours.start:%Y-%m-01}', TIMESTAMP '{hours.start}', TIMESTAMP '{hours.end}', "
        f"to_seconds({hours.seconds}), {quoted(hours.doubt) if hours.doubt else 'NULL'})"
        for hours in wall_hours(mapping.timezone)
    ]
    nothing = "SELECT NULL, NULL, NULL, NULL, NULL WHERE false"
    content = f"VALUES {', '.join(rows)}" if rows else nothing
    columns = "month, wall_from, wall_to, ahead, doubt"
    return f"CREATE OR REPLACE TABLE clock AS SELECT * FROM ({content}) AS hours({columns})"


def join_clock(mapping: Mapping) -> str:
    """Return the joins that find the hours NAME_clock of each wall time."""
    if not wall_hours(mapping.timezone):
        return ""
    return " ".join(map(_join_clock, mapped_timestamps(mapping)))


def _join_clock(name: str) -> str:
    # the month is compared first, for an equality can be hashed
    wall = f"read.{name}_wall"
    clock = f"{name}_clock"
    return (
        f"LEFT JOIN clock AS {clock} ON {clock}.month = CAST(date_trunc('month', {wall}) AS DATE) "
        f"AND {wall} >= {clock}.wall_from AND {wall} < {clock}.wall_to"
    )


def select_instants(mapping: Mapping) -> str:
    """Return each timestamp as UTC, NULL where unreadable, and the column `doubts`.

    `doubts` lists the kinds of clock change that the row met.
    """
    mapped = mapped_timestamps(mapping)
    columns = []
    for name in mapped:
        instant = _instant(mapping, name)
        valid = f"{instant} >= {EARLIEST} AND isfinite({instant})"
        columns.append(f"CASE WHEN {valid} THEN {instant} END AS {name}")
    absent = (name for name in TIMESTAMPS if name not in mapped)
    columns += [f"{NONE} AS {name}" for name in absent]
    doubts = [f"{name}_clock.doubt" for name in mapped] if wall_hours(mapping.timezone) else []
    columns.append(f"[{', '.join(doubts)}]::VARCHAR[] AS doubts")
    return ", ".join(columns)


def _instant(mapping: Mapping, name: str) -> str:
    # of the years after those in `clock` nothing is known but the last offset
    ahead = f"to_seconds({zone_offsets(mapping.timezone).seconds[-1]})"
    if wall_hours(mapping.timezone):
        ahead = f"coalesce({name}_clock.ahead, {ahead})"
    return f"coalesce({name}_utc, {name}_wall - {ahead})"
