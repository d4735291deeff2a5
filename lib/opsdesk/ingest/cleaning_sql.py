"""The SQL of step 1: the text cells of an export become normal values.

Each row gets its reason to be rejected and its issues. Timestamps are read by `timestamps_sql`.
"""

from datetime import datetime

from opsdesk.duckdb_file import quoted
from opsdesk.ingest import timestamps_sql as timestamps
from opsdesk.ingest.attributes_sql import select_attributes
from opsdesk.ingest.cells_sql import excluding_rule, first_text, has_length, hours, spent_seconds
from opsdesk.ingest.column_plan import ColumnPlan
from opsdesk.ingest.day_rows import digest_sql
from opsdesk.ingest.sla_target_sql import select_target
from opsdesk.ingest.timestamp_formats import TIMESTAMPS
from opsdesk.ingest.white_space import single_spaced_sql
from opsdesk.lake.columns import AGENT, ATTRIBUTES, text_columns

# the columns of the export that are read before they are checked
CHECKED = ("ticket_id", *TIMESTAMPS, "sla_hours", "sla_days", "resolution_hours", "sla_breached")

# DuckDB reads lines of 2,000,000 bytes; the rest is for dates, numbers and issues
LONGEST_LINE = 1_999_000

# the columns of a cleaned row: the lake's, then what ingest needs to decide about it
CLEANED = """
SELECT record, ticket_id_text AS ticket_id,
  created_at, resolved_at, resolution_hours, sla_hours, sla_breached, {texts},
  updated_at, first_response_at, attributes,
  nullif(concat_ws(';', {issues}), '') AS _issues,
  excluded,
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
    # of a day without a time, midnight is taken, which is before anything else of that day
    "resolved_before_created": (
        "resolved_at < created_at"
        " AND NOT (resolved_at_day AND date_diff('second', resolved_at, created_at) < 86400)"
    ),
    "bad_updated_at": "updated_at IS NULL AND updated_at_text IS NOT NULL",
    "bad_first_response_at": "first_response_at IS NULL AND first_response_at_text IS NOT NULL",
    "first_response_before_created": "first_response_at < created_at AND NOT has_day",
    "bad_sla_hours": "target_text IS NOT NULL AND sla_hours IS NULL",
    "bad_resolution_hours": "resolution_hours_text IS NOT NULL AND resolution_hours IS NULL",
    # 0.1 h is 360 s; the rest is what a decimal of hours loses as a float
    "resolution_hours_differ": (
        "resolved_at <= run_at AND NOT has_day"
        f" AND abs(resolution_hours * 3600 - {SPENT}) > 360.000001"
    ),
    "bad_sla_flag": "sla_breached_text IS NOT NULL AND sla_breached IS NULL",
    # Of a ticket whose resolution is still to come, the flag says nothing yet. Of one with a target
    # in days it cannot be judged here: how long they are is for the calendar to say.
    "sla_flag_differs": (
        "resolved_at <= run_at AND NOT has_day AND NOT is_in_days"
        f" AND sla_breached <> ({SPENT} > round(sla_hours * 3600))"
    ),
    "ambiguous_time": "list_contains(doubts, 'ambiguous_time')",
    "nonexistent_time": "list_contains(doubts, 'nonexistent_time')",
    # hours from or to such a day are not known
    "date_only": "has_day",
    "due_date_only": "has_due_day",
}
DOUBTFUL = "two_formats_"  # and the name of a column: its text fits both, and they differ


def select_tickets(plan: ColumnPlan, cells: str, moment: datetime, *, has_newlines: bool) -> str:
    """Return the query that cleans the rows of one file, as of the run's moment (UTC).

    Args:
        cells: the name of a table with the columns c0, c1, ... as text, one for each place that the
            plan reads. The tables of the clocks of its zones must be there too, see
            `timestamps_sql`.
        has_newlines: whether a cell may hold one.
    """
    texts = ", ".join(f"{name}_text AS {name}" for name in text_columns())
    issues = ", ".join(_issues(plan))
    cleaned = CLEANED.format(texts=texts, issues=issues, is_long=_is_long_line())
    # each step can use the names that the step before has given
    return f"""WITH
cells AS (
  SELECT rowid AS record, TIMESTAMP '{moment}' AS run_at, {_cells(plan)} FROM {cells}),
read AS (SELECT *, {timestamps.select_readings(plan)} FROM cells),
placed AS (
  SELECT read.*, {timestamps.select_instants(plan)}
  FROM read {timestamps.join_clock(plan)}),
derived AS (SELECT *, {_derived(plan)} FROM placed)
SELECT *, {digest_sql(has_newlines=has_newlines)} FROM ({cleaned})"""


def _issues(plan: ColumnPlan) -> list[str]:
    """Return each code that may be noted about a row, NULL where it does not apply."""
    noted = [f"CASE WHEN {condition} THEN '{code}' END" for code, condition in ISSUES.items()]
    for name in TIMESTAMPS:
        condition = timestamps.is_doubtful(plan, name)
        if condition != "false":
            noted.append(f"CASE WHEN {condition} THEN '{DOUBTFUL}{name}' END")
    # then the exported flag judges, see fact_tickets.sql
    if not plan.has_targets and "sla_breached" in plan.targets:
        noted.append("CASE WHEN sla_breached_text IS NOT NULL THEN 'judged_by_flag' END")
    # what a calendar does with a deadline, see PROMISE_KINDS in reasons.py
    if "due_at" in plan.targets:
        noted.append(
            "CASE WHEN due_at_text IS NOT NULL AND sla_hours IS NOT NULL THEN 'due_at_exported' END"
        )
    if plan.has_targets_in_days:
        noted.append("CASE WHEN is_in_days AND sla_hours IS NOT NULL THEN 'sla_in_days' END")
    return noted


def _cells(plan: ColumnPlan) -> str:
    """Return each of our columns as text, NULL where blank, and the lengths of time."""
    cells = []
    for target in (*CHECKED, *text_columns()):
        alternatives = plan.targets.get(target, ())
        text = first_text(plan, alternatives, target)
        # as in the list of agents, which the ids are looked up in
        if target == AGENT and alternatives:
            text = single_spaced_sql(text)
        cells.append(f"{text} AS {target}_text")
        if any(alternative.unit for alternative in alternatives):
            cells.append(f"{spent_seconds(plan, alternatives, target)} AS {target}_spent")
    texts = {name: first_text(plan, found, name) for name, found in plan.attributes.items()}
    cells.append(f"{select_attributes(texts)} AS attributes")
    cells.append(f"{excluding_rule(plan)} AS excluded")
    return ", ".join(cells)


def _derived(plan: ColumnPlan) -> str:
    """Return what follows from the texts: target, hours, flags."""
    statuses = plan.mapping.closed_statuses
    closed = ", ".join(quoted(status.lower()) for status in statuses) or "NULL"
    spent = hours(plan, "resolution_hours")
    target = select_target(plan)
    columns = (
        f"{target.text} AS target_text",
        f"CAST({target.hours} AS DOUBLE) AS sla_hours",
        f"{target.is_in_days} AS is_in_days",
        f"CASE WHEN {spent} >= 0 AND isfinite({spent}) THEN {spent} END AS resolution_hours",
        f"{_is_breached(plan)} AS sla_breached",
        f"coalesce(lower(status_text) IN ({closed}), false) AS is_closed",
    )
    return ", ".join(columns)


def _is_breached(plan: ColumnPlan) -> str:
    """Return the exported flag. Of what is left of the time promised, the sign says it."""
    flag = _flag("lower(sla_breached_text)")
    if has_length(plan, "sla_breached"):
        return f"coalesce(sla_breached_spent < 0, {flag})"
    return flag


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


def _flag(text: str) -> str:
    return (
        f"CASE WHEN {text} IN ('true', 't', 'yes', 'y', '1') THEN true "
        f"WHEN {text} IN ('false', 'f', 'no', 'n', '0') THEN false END"
    )
