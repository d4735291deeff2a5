"""The SQL of step 1: the text cells of an export become normal values.

Each row gets its reason to be rejected and its issues. Timestamps are read by `timestamps_sql`.
"""

from datetime import datetime

from opsdesk.duckdb_file import quoted
from opsdesk.ingest import timestamps_sql as timestamps
from opsdesk.ingest.kept_rows import digest_sql
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.mapping_checks import LONGEST_SLA_HOURS
from opsdesk.ingest.white_space import single_spaced_sql, trimmed_sql
from opsdesk.lake.columns import AGENT, ATTRIBUTES, text_columns

# the columns of the export that are read before they are checked
CHECKED = ("ticket_id", *timestamps.TIMESTAMPS, "sla_hours", "resolution_hours", "sla_breached")

# DuckDB reads lines of 2,000,000 bytes; the rest is for dates, numbers and issues
LONGEST_LINE = 1_999_000

# the columns of a cleaned row: the lake's, then what ingest needs to decide about it
CLEANED = """
SELECT record, ticket_id_text AS ticket_id,
  created_at, resolved_at, resolution_hours, sla_hours, sla_breached, {texts},
  updated_at, first_response_at, attributes,
  nullif(concat_ws(';', {issues}), '') AS _issues,
  CASE WHEN {is_long} THEN 'malformed_line'
       WHEN ticket_id_text IS NULL THEN 'missing_ticket_id'
       WHEN created_at_text IS NULL THEN 'missing_created_at'
       WHEN created_at IS NULL THEN 'bad_created_at'
       WHEN created_at > run_at THEN 'created_in_future' END AS reason,
  is_closed, is_closed AND resolved_at IS NULL AS closed_without_resolution,
  CASE WHEN {is_long} THEN 'longer than 2 MB when its quotes are doubled'
       WHEN created_at_text IS NOT NULL AND (created_at IS NULL OR created_at > run_at)
       THEN 'created_at: ' || created_at_text
       WHEN is_closed AND resolved_at IS NULL
       THEN 'status: ' || status_text
         || ', resolved_at: ' || coalesce(resolved_at_text, '(blank)') END AS detail,
  CASE WHEN created_at > run_at THEN created_at
       WHEN resolved_at > run_at THEN resolved_at END AS known_from
FROM derived"""

# in the order in which they are noted; each condition is over the columns of `derived`
SPENT = "date_diff('second', created_at, resolved_at)"  # seconds
ISSUES = {
    "bad_resolved_at": "resolved_at IS NULL AND resolved_at_text IS NOT NULL",
    "resolved_in_future": "resolved_at > run_at",
    "resolved_before_created": "resolved_at < created_at",
    "bad_updated_at": "updated_at IS NULL AND updated_at_text IS NOT NULL",
    "bad_first_response_at": "first_response_at IS NULL AND first_response_at_text IS NOT NULL",
    "first_response_before_created": "first_response_at < created_at",
    "bad_sla_hours": "target_text IS NOT NULL AND sla_hours IS NULL",
    "bad_resolution_hours": "resolution_hours_text IS NOT NULL AND resolution_hours IS NULL",
    # 0.1 h is 360 s; the rest is what a decimal of hours loses as a float
    "resolution_hours_differ": (
        f"resolved_at <= run_at AND abs(resolution_hours * 3600 - {SPENT}) > 360.000001"
    ),
    "bad_sla_flag": "sla_breached_text IS NOT NULL AND sla_breached IS NULL",
    # of a ticket whose resolution is still to come, the flag says nothing yet
    "sla_flag_differs": (
        f"resolved_at <= run_at AND sla_breached <> ({SPENT} > round(sla_hours * 3600))"
    ),
    "ambiguous_time": "list_contains(doubts, 'ambiguous_time')",
    "nonexistent_time": "list_contains(doubts, 'nonexistent_time')",
}


def select_tickets(
    mapping: Mapping, header: tuple[str, ...], cells: str, moment: datetime, *, has_newlines: bool
) -> str:
    """Return the query that cleans the rows of one file, as of the run's moment (UTC).

    Args:
        cells: the name of a table with the columns c0, c1, ... as text, one for each of `header`.
            The table `clock` must be there too, see `timestamps_sql`.
        has_newlines: whether a cell may hold one.
    """
    issues = [f"CASE WHEN {condition} THEN '{code}' END" for code, condition in ISSUES.items()]
    if not mapping.has_targets:  # then the exported flag judges, see fact_tickets.sql
        issues.append("'judged_by_flag'")
    texts = ", ".join(f"{name}_text AS {name}" for name in text_columns())
    cleaned = CLEANED.format(texts=texts, issues=", ".join(issues), is_long=_is_long_line())
    # each step can use the names that the step before has given
    return f"""WITH
cells AS (
  SELECT rowid AS record, TIMESTAMP '{moment}' AS run_at, {_cells(mapping, header)} FROM {cells}),
read AS (SELECT *, {timestamps.select_readings(mapping)} FROM cells),
placed AS (
  SELECT read.*, {timestamps.select_instants(mapping)}
  FROM read {timestamps.join_clock(mapping)}),
derived AS (SELECT *, {_derived(mapping)} FROM placed)
SELECT *, {digest_sql(has_newlines=has_newlines)} FROM ({cleaned})"""


def _cells(mapping: Mapping, header: tuple[str, ...]) -> str:
    """Return each of our columns as text, NULL where blank.

    The text is trimmed, the first source that is not blank wins, the mapping's values translate it.
    """
    cells = []
    for target in (*CHECKED, *text_columns()):
        sources = mapping.columns.get(target, ())
        texts = [trimmed_sql(f"c{header.index(source)}") for source in sources]
        text = f"coalesce({', '.join(texts)})" if texts else "NULL::VARCHAR"
        text = _translated(text, mapping.values.get(target, {}))
        # as in the list of agents, which the ids are looked up in
        if target == AGENT and texts:
            text = single_spaced_sql(text)
        cells.append(f"{text} AS {target}_text")
    return ", ".join(cells)


def _translated(text: str, values: dict[str, str]) -> str:
    if not values:
        return text
    cases = [f"WHEN {quoted(old)} THEN nullif({quoted(new)}, '')" for old, new in values.items()]
    return f"CASE {text} {' '.join(cases)} ELSE {text} END"


def _derived(mapping: Mapping) -> str:
    """Return what follows from the texts: target, hours, flags."""
    closed = ", ".join(quoted(status.lower()) for status in mapping.closed_statuses) or "NULL"
    spent = _number("resolution_hours_text")
    target, hours = _target(mapping)
    columns = (
        f"{target} AS target_text",
        f"CAST({hours} AS DOUBLE) AS sla_hours",
        f"CASE WHEN {spent} >= 0 AND isfinite({spent}) THEN {spent} END AS resolution_hours",
        f"{_flag('lower(sla_breached_text)')} AS sla_breached",
        f"coalesce(lower(status_text) IN ({closed}), false) AS is_closed",
        "NULL::VARCHAR AS attributes",
    )
    return ", ".join(columns)


def _target(mapping: Mapping) -> tuple[str, str]:
    """Return the text that an SLA target comes from, and the target in hours, NULL if invalid."""
    target = "sla_hours_text"
    read = _number(target)
    if "due_at" in mapping.columns:
        target = "due_at_text"
        read = "date_diff('second', created_at, due_at) / 3600"
    hours = f"CASE WHEN {read} > 0 AND {read} <= {LONGEST_SLA_HOURS} THEN {read} END"
    by_priority = mapping.sla_hours_by_priority
    if not by_priority:
        return target, hours
    cases = [f"WHEN {quoted(name)} THEN {number!r}" for name, number in by_priority.items()]
    promised = f"CASE priority_text {' '.join(cases)} END"
    return target, f"CASE WHEN {target} IS NULL THEN {promised} ELSE {hours} END"


def _is_long_line() -> str:
    """Return whether a row's line in a day file is longer than DuckDB reads.

    A cell with a quote in it is put into quotes there, and each of its quotes is doubled.
    """
    texts = [*(f"{name}_text" for name in ("ticket_id", *text_columns())), ATTRIBUTES]
    lengths = " + ".join(f"coalesce(strlen({text}), 0)" for text in texts)
    quotes = " + ".join(
        f"coalesce(strlen({text}) - strlen(replace({text}, '\"', '')) + 2, 0)" for text in texts
    )
    # the first half is quick, and only texts of half the limit can reach it
    return f"({lengths} > {LONGEST_LINE // 3} AND {lengths} + {quotes} > {LONGEST_LINE})"


def _number(text: str) -> str:
    # DuckDB would read 1_000 as a number
    return f"CASE WHEN NOT contains({text}, '_') THEN try_cast({text} AS DOUBLE) END"


def _flag(text: str) -> str:
    return (
        f"CASE WHEN {text} IN ('true', 't', 'yes', 'y', '1') THEN true "
        f"WHEN {text} IN ('false', 'f', 'no', 'n', '0') THEN false END"
    )
