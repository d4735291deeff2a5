"""The SQL that turns texts into instants: formats in the mapping's order, then the zone.

Nothing is inferred: what no format reads is unreadable. Instants are UTC, cut to the second.
"""

import re

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.clock_changes import wall_hours
from opsdesk.ingest.column_plan import ColumnPlan
from opsdesk.ingest.timestamp_formats import TIMESTAMPS, conflicting, is_date_only, is_zoned
from opsdesk.instants import zone_offsets

# anything before it is a blank date in disguise (1900-01-01, 0023-01-05)
EARLIEST = "TIMESTAMP '1970-01-01'"
NONE = "NULL::TIMESTAMP"
# how a spool writes the dates of a file whose cells have types
TYPED = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z")
TYPED_DATE = "%Y-%m-%d"
HOURS_FOLLOW = ("created_at", "resolved_at", "first_response_at")  # of a day, no hours are known
LAST_SECOND = "to_seconds(86399)"  # of a day: a ticket is due until then


def mapped_timestamps(plan: ColumnPlan) -> list[str]:
    """Return those of our timestamps that the file has."""
    return [name for name in TIMESTAMPS if name in plan.targets]


def _formats(plan: ColumnPlan, name: str) -> tuple[str, ...]:
    listed = plan.mapping.formats(name)
    return (*TYPED, TYPED_DATE, *listed) if plan.typed else listed


def select_readings(plan: ColumnPlan) -> str:
    """Return the columns NAME_wall, NAME_utc and NAME_day, read from the texts NAME_text.

    NAME_wall is a time in the column's zone. NAME_utc is set where the text has its own offset.
    NAME_day is whether the text is a day without a time.
    """
    columns = []
    for name in mapped_timestamps(plan):
        columns += _readings(name, _formats(plan, name))
    return ", ".join(columns)


def _readings(name: str, formats: tuple[str, ...]) -> list[str]:
    text = f"{name}_text"
    times = [one for one in formats if not is_zoned(one) and not is_date_only(one)]
    days = [one for one in formats if not is_zoned(one) and is_date_only(one)]
    zoned = [one for one in formats if is_zoned(one)]
    time = _read_first(text, times)
    day = _read_first(text, days)
    wall = time
    if days:
        late = f"{day} + {LAST_SECOND}" if name == "due_at" else day
        wall = f"coalesce({time}, {late})"
    # formats with an offset are tried on the texts that the others did not read
    unread = f"CASE WHEN {wall} IS NULL THEN {text} END"
    read = ", ".join(_read_zoned(unread, text_format) for text_format in zoned)
    utc = f"coalesce({read})" if zoned else NONE
    is_day = f"({time} IS NULL AND {day} IS NOT NULL)" if days else "false"
    return [
        f"date_trunc('second', {wall}) AS {name}_wall",
        f"date_trunc('second', {utc}) AS {name}_utc",
        f"{is_day} AS {name}_day",
    ]


def _read_first(text: str, formats: list[str]) -> str:
    """Return the first reading of a text, NULL where no format reads it."""
    if not formats:
        return NONE
    return f"try_strptime({text}, [{', '.join(map(quoted, formats))}])"


def is_doubtful(plan: ColumnPlan, name: str) -> str:
    """Return the condition that a text fits two listed formats which read it differently."""
    pairs = conflicting(_formats(plan, name)) if name in plan.targets else []
    text = f"{name}_text"
    conditions = []
    for first, second in pairs:
        one = f"try_strptime({text}, {quoted(first)})"
        other = f"try_strptime({text}, {quoted(second)})"
        conditions.append(f"({one} <> {other} AND least({one}, {other}) >= {EARLIEST})")
    return " OR ".join(conditions) or "false"


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


def clock_table(timezone: str) -> str:
    """Return the statement that makes the table of a zone's clocks.

    Columns: month, wall_from, wall_to, ahead (of UTC), doubt. It is empty where clocks never
    change.
    """
    rows = [
        f"(DATE '{hours.start:%Y-%m-01}', TIMESTAMP '{hours.start}', TIMESTAMP '{hours.end}', "
        f"to_seconds({hours.seconds}), {quoted(hours.doubt) if hours.doubt else 'NULL'})"
        for hours in wall_hours(timezone)
    ]
    nothing = "SELECT NULL, NULL, NULL, NULL, NULL WHERE false"
    content = f"VALUES {', '.join(rows)}" if rows else nothing
    columns = "month, wall_from, wall_to, ahead, doubt"
    table = _clock_name(timezone)
    return f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM ({content}) AS hours({columns})"


def zones_of(plan: ColumnPlan) -> list[str]:
    """Return the zones of the file's times without one, each once."""
    return sorted({plan.zone(name) for name in _with_texts(plan)})


def _with_texts(plan: ColumnPlan) -> list[str]:
    """Return the timestamps that are read from texts, not counted from created_at alone."""
    return [
        name
        for name in mapped_timestamps(plan)
        if any(not alternative.unit for alternative in plan.targets[name])
    ]


def _clock_name(timezone: str) -> str:
    return f'"clock {timezone}"'  # a zone's name has no quote in it


def join_clock(plan: ColumnPlan) -> str:
    """Return the joins that find the hours NAME_clock of each wall time."""
    return " ".join(_join_clock(name, plan.zone(name)) for name in _with_changes(plan))


def _with_changes(plan: ColumnPlan) -> list[str]:
    """Return the timestamps in a zone that changes its clocks."""
    return [name for name in _with_texts(plan) if wall_hours(plan.zone(name))]


def _join_clock(name: str, timezone: str) -> str:
    # the month is compared first, for an equality can be hashed
    wall = f"read.{name}_wall"
    clock = f"{name}_clock"
    month = f"CAST(date_trunc('month', {wall}) AS DATE)"
    return (
        f"LEFT JOIN {_clock_name(timezone)} AS {clock} ON {clock}.month = {month} "
        f"AND {wall} >= {clock}.wall_from AND {wall} < {clock}.wall_to"
    )


def select_instants(plan: ColumnPlan) -> str:
    """Return each timestamp as UTC, NULL where unreadable, and what is doubtful about the row.

    `doubts` lists the kinds of clock change that it met. `has_day` is whether a time of it is only
    a day, `has_due_day` whether due_at is.
    """
    mapped = mapped_timestamps(plan)
    columns = []
    for name in mapped:  # created_at is the first, and others may be counted from it
        instant = _instant(plan, name)
        valid = f"{instant} >= {EARLIEST} AND isfinite({instant})"
        columns.append(f"CASE WHEN {valid} THEN {instant} END AS {name}")
    columns += [f"{NONE} AS {name}" for name in TIMESTAMPS if name not in mapped]
    doubts = [f"{name}_clock.doubt" for name in _with_changes(plan)]
    columns.append(f"[{', '.join(doubts)}]::VARCHAR[] AS doubts")
    days = [f"{name}_day" for name in mapped if name in HOURS_FOLLOW]
    columns.append(f"({' OR '.join(days)}) AS has_day")
    columns.append(f"{'due_at_day' if 'due_at' in mapped else 'false'} AS has_due_day")
    return ", ".join(columns)


def _instant(plan: ColumnPlan, name: str) -> str:
    # of the years after those in the table nothing is known but the last offset
    timezone = plan.zone(name)
    ahead = f"to_seconds({zone_offsets(timezone).seconds[-1]})"
    if name in _with_changes(plan):
        ahead = f"coalesce({name}_clock.ahead, {ahead})"
    read = [f"{name}_utc", f"{name}_wall - {ahead}"] if name in _with_texts(plan) else []
    if any(alternative.unit for alternative in plan.targets[name]):
        read.append(f"created_at + to_seconds({name}_spent)")
    return f"coalesce({', '.join(read)})"
