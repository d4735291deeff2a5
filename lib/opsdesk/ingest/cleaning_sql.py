"""The SQL of step 1: text cells of an export into normal values, each row with its reason to be rejected and its issues.

Nothing is inferred: formats are tried in the mapping's order, and what none of them reads is unreadable. Instants are UTC
timestamps cut to the second.
"""

from datetime import datetime

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.clock_changes import doubtful_hours
from opsdesk.ingest.mapping import Mapping
from opsdesk.lake.lake import COLUMNS

DIMENSIONS = ("priority", "category", "channel", "customer_tier", "status", "agent_id")
EARLIEST = "TIMESTAMP '1970-01-01'"  # anything before it is a null date in disguise (1900-01-01, 0023-01-05)
LONGEST_SLA_HOURS = 876_000  # a century; a target beyond it means none (9999-12-31)
WHITE = r"[\s\pZ\x{FEFF}]"  # \s of RE2 is ASCII only
FLAGS = "CASE WHEN {0} IN ('true', 't', 'yes', 'y', '1') THEN true WHEN {0} IN ('false', 'f', 'no', 'n', '0') THEN false END"

# What a row of the lake is to its day's file: a digest of it, and how many lines it takes.
DIGEST = f"hash({', '.join(COLUMNS)})"
BREAKS = "coalesce(length({0}) - length(replace({0}, chr(10), '')), 0)"
LINES = " + ".join(["1", *map(BREAKS.format, ("ticket_id", *DIMENSIONS))])

# Columns of a cleaned row: the lake's, then what ingest needs to decide about it.
CLEANED = """
SELECT record, ticket_id_text AS ticket_id, created_at, resolved_at, resolution_hours, sla_hours, sla_breached, {dimensions},
  nullif(concat_ws(';', {issues}), '') AS _issues,
  updated_at,
  CASE WHEN ticket_id_text IS NULL THEN 'missing_ticket_id'
       WHEN created_at_text IS NULL THEN 'missing_created_at'
       WHEN created_at IS NULL THEN 'bad_created_at'
       WHEN created_at > run_at THEN 'created_in_future' END AS reason,
  is_closed AND resolved_read IS NULL AS closed_without_resolution,
  CASE WHEN created_at_text IS NOT NULL AND (created_at IS NULL OR created_at > run_at) THEN 'created_at: ' || created_at_text
       WHEN is_closed AND resolved_read IS NULL
       THEN 'status: ' || status_text || ', resolved_at: ' || coalesce(resolved_at_text, '(blank)') END AS detail,
  CASE WHEN created_at > run_at THEN created_at WHEN resolved_read > run_at THEN resolved_read END AS known_from
FROM known"""

ISSUES = {  # in the order in which they are noted; each condition over the columns of `known`
    "bad_resolved_at": "resolved_read IS NULL AND resolved_at_text IS NOT NULL",
    "resolved_in_future": "resolved_read > run_at",
    "resolved_before_created": "resolved_at < created_at",
    "bad_sla_hours": "target_text IS NOT NULL AND sla_hours IS NULL",
    "bad_resolution_hours": "resolution_hours_text IS NOT NULL AND resolution_hours IS NULL",
    "resolution_hours_differ": "abs(resolution_hours * 3600 - date_diff('second', created_at, resolved_at)) > 360.000001",
    "bad_sla_flag": "sla_breached_text IS NOT NULL AND sla_breached IS NULL",
    "sla_flag_differs": "sla_breached <> (date_diff('second', created_at, resolved_at) > round(sla_hours * 3600))",
    "ambiguous_time": "list_contains(doubts, 'ambiguous_time')",
    "nonexistent_time": "list_contains(doubts, 'nonexistent_time')",
}


def select_tickets(
    mapping: Mapping, header: tuple[str, ...], cells: str, moment: datetime, *, has_newlines: bool
) -> str:
    """The query that cleans the table `cells` (columns c0, c1, ... as text) of one file, as of the run's moment (UTC).

    `has_newlines`: a cell may hold one.
    """
    issues = [f"CASE WHEN {condition} THEN '{code}' END" for code, condition in ISSUES.items()]
    if not mapping.knows_targets:  # then the exported flag judges, see fact_tickets.sql
        issues.append("'judged_by_flag'")
    dimensions = ", ".join(f"{name}_text AS {name}" for name in DIMENSIONS)
    cleaned = CLEANED.format(dimensions=dimensions, issues=", ".join(issues))
    return f"""WITH cells AS (SELECT rowid AS record, TIMESTAMP '{moment}' AS run_at, {_cells(mapping, header)} FROM {cells}),
read AS (SELECT *, {_readings(mapping)} FROM cells),
placed AS (SELECT read.*, {_instants(mapping)} FROM read {_joins(mapping)}),
known AS (SELECT *, {_known(mapping)} FROM placed)
SELECT *, {DIGEST} AS digest, {LINES if has_newlines else 1} AS lines FROM ({cleaned})"""


def create_clock_changes(mapping: Mapping) -> str:
    """The statement that makes the table of doubtful wall times which `select_tickets` looks up."""
    rows = ", ".join(
        f"(DATE '{hours.start:%Y-%m-%d}', TIMESTAMP '{hours.start}', TIMESTAMP '{hours.end}', "
        f"to_seconds({int(hours.offset.total_seconds())}), '{hours.kind}')"
        for hours in doubtful_hours(mapping.timezone)
    )
    select = (
        f"SELECT * FROM (VALUES {rows})"
        if rows
        else "SELECT NULL, NULL, NULL, NULL, NULL WHERE false"
    )
    return (
        f"CREATE OR REPLACE TABLE clock_changes(day, wall_from, wall_to, before, kind) AS {select}"
    )


def _cells(mapping: Mapping, header: tuple[str, ...]) -> str:
    """Each of our columns as text: trimmed, blank is NULL, the first non-empty source wins, values translated."""
    cells = []
    for target in (
        "ticket_id",
        "created_at",
        "resolved_at",
        "due_at",
        "updated_at",
        "sla_hours",
        "resolution_hours",
        "sla_breached",
        *DIMENSIONS,
    ):
        texts = [_trimmed(f"c{header.index(source)}") for source in mapping.columns.get(target, ())]
        text = f"coalesce({', '.join(texts)})" if texts else "NULL::VARCHAR"
        cells.append(f"{_translated(text, mapping.values.get(target, {}))} AS {target}_text")
    return ", ".join(cells)


def _trimmed(cell: str) -> str:
    """A cell without white space around it, NULL where that is all; the costly part runs only where there is some."""
    edges = f"regexp_replace({cell}, '^{WHITE}+|{WHITE}+$', '', 'g')"
    return f"nullif(CASE WHEN regexp_matches({cell}, '^{WHITE}|{WHITE}$') THEN {edges} ELSE {cell} END, '')"


def _translated(text: str, values: dict[str, str]) -> str:
    if not values:
        return text
    cases = " ".join(
        f"WHEN {quoted(old)} THEN nullif({quoted(new)}, '')" for old, new in values.items()
    )
    return f"CASE {text} {cases} ELSE {text} END"


def _timestamps(mapping: Mapping) -> list[str]:
    return [
        name
        for name in ("created_at", "resolved_at", "due_at", "updated_at")
        if name in mapping.columns
    ]


def _readings(mapping: Mapping) -> str:
    """For each timestamp: `*_wall` as written in the mapping's zone, `*_utc` where the text carries its own offset."""
    walls = [fmt for fmt in mapping.timestamps if not _is_zoned(fmt)]
    zoned = [fmt for fmt in mapping.timestamps if _is_zoned(fmt)]
    readings = []
    for name in _timestamps(mapping):
        text = f"{name}_text"
        wall = (
            f"try_strptime({text}, [{', '.join(map(quoted, walls))}])"
            if walls
            else "NULL::TIMESTAMP"
        )
        unread = f"CASE WHEN {wall} IS NULL THEN {text} END"
        utc = (
            f"coalesce({', '.join(_read_zoned(unread, fmt) for fmt in zoned)})"
            if zoned
            else "NULL::TIMESTAMP"
        )
        readings += [
            f"date_trunc('second', {wall}) AS {name}_wall",
            f"date_trunc('second', {utc}) AS {name}_utc",
        ]
    return ", ".join(readings)


def _is_zoned(fmt: str) -> bool:
    return "%z" in fmt or fmt.endswith("Z")


def _read_zoned(text: str, fmt: str) -> str:
    if "%z" not in fmt:
        return f"try_strptime({text}, {quoted(fmt)})"
    offset = f"regexp_replace({text}, 'Z$', '+00:00')"  # %z does not know the letter Z
    return f"timezone('UTC', try_strptime({offset}, {quoted(fmt)}))"


def _joins(mapping: Mapping) -> str:
    """One look-up a timestamp into the few days on which the zone changes its clocks."""
    if not doubtful_hours(mapping.timezone):
        return ""
    return " ".join(
        f"LEFT JOIN clock_changes AS {name}_change ON {name}_change.day = CAST(read.{name}_wall AS DATE) "
        f"AND read.{name}_wall >= {name}_change.wall_from AND read.{name}_wall < {name}_change.wall_to"
        for name in _timestamps(mapping)
    )


def _instants(mapping: Mapping) -> str:
    """Each timestamp as UTC, NULL where unreadable; `doubts` lists the kinds of clock change that its row met."""
    instants = []
    for name in _timestamps(mapping):
        utc = f"{name}_wall"
        if mapping.timezone != "UTC":
            utc = f"timezone('UTC', timezone({quoted(mapping.timezone)}, {name}_wall))"
        if doubtful_hours(mapping.timezone):
            utc = f"coalesce({name}_wall - {name}_change.before, {utc})"
        instant = f"coalesce({name}_utc, {utc})"
        instants.append(
            f"CASE WHEN {instant} >= {EARLIEST} AND isfinite({instant}) THEN {instant} END AS {_read_name(name)}"
        )
    instants += [
        f"NULL::TIMESTAMP AS {name}"
        for name in ("due_at", "updated_at")
        if name not in mapping.columns
    ]
    kinds = (
        [f"{name}_change.kind" for name in _timestamps(mapping)]
        if doubtful_hours(mapping.timezone)
        else []
    )
    return ", ".join([*instants, f"[{', '.join(kinds)}]::VARCHAR[] AS doubts"])


def _read_name(timestamp: str) -> str:
    return "resolved_read" if timestamp == "resolved_at" else timestamp


def _known(mapping: Mapping) -> str:
    """What follows: resolved as far as known at the run, the SLA target, the flag, whether the status says closed."""
    closed = ", ".join(quoted(status.lower()) for status in mapping.closed_statuses) or "NULL"
    spent = _number("resolution_hours_text")
    hours, target = _number("sla_hours_text"), "sla_hours_text"
    if "due_at" in mapping.columns:
        hours, target = "date_diff('second', created_at, due_at) / 3600", "due_at_text"
    hours = f"CASE WHEN {hours} > 0 AND {hours} <= {LONGEST_SLA_HOURS} THEN {hours} END"
    if mapping.sla_hours_by_priority:
        cases = " ".join(
            f"WHEN {quoted(name)} THEN {number!r}"
            for name, number in mapping.sla_hours_by_priority.items()
        )
        hours = f"CASE WHEN {target} IS NULL THEN CASE priority_text {cases} END ELSE {hours} END"
    return ", ".join([
        "CASE WHEN resolved_read <= run_at THEN resolved_read END AS resolved_at",
        f"{target} AS target_text",
        f"CAST({hours} AS DOUBLE) AS sla_hours",
        f"CASE WHEN {spent} >= 0 AND isfinite({spent}) THEN {spent} END AS resolution_hours",
        f"{FLAGS.format('lower(sla_breached_text)')} AS sla_breached",
        f"coalesce(lower(status_text) IN ({closed}), false) AS is_closed",
    ])  # fmt: skip


def _number(text: str) -> str:
    return f"CASE WHEN NOT contains({text}, '_') THEN try_cast({text} AS DOUBLE) END"  # DuckDB would read 1_000
