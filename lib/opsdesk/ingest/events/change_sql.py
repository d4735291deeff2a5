"""The SQL that reads rows of an export of changes: what each reports, or why it is rejected.

Every record gives a row at least. `outcome` is `change`, `snapshot`, `unchanged` (it reports of a
change from a value to the same), `ignored` (of no field that is kept) or `rejected`.
"""

from datetime import datetime

from opsdesk.duckdb_file import quoted
from opsdesk.ingest import timestamps_sql as timestamps
from opsdesk.ingest.cells_sql import first_text
from opsdesk.ingest.change_rules import FIELDS
from opsdesk.ingest.column_plan import ColumnPlan
from opsdesk.ingest.events.plan import AT, EventPlan, PlannedRule, PlannedValue
from opsdesk.ingest.white_space import single_spaced_sql, trimmed_sql
from opsdesk.lake.columns import AGENT

# a line of a day file holds three texts, whose quotes are doubled there; DuckDB reads 2,000,000
LONGEST_TEXTS = 900_000
REASON = f"""CASE WHEN text_length > {LONGEST_TEXTS} THEN 'malformed_line'
  WHEN ticket_id_text IS NULL THEN 'missing_ticket_id'
  WHEN created_at_text IS NULL THEN 'missing_at'
  WHEN created_at IS NULL THEN 'bad_at'
  WHEN created_at > run_at THEN 'at_in_future' END"""
DETAIL = f"""CASE WHEN text_length > {LONGEST_TEXTS} THEN 'longer than {LONGEST_TEXTS} bytes'
  WHEN created_at_text IS NOT NULL AND (created_at IS NULL OR created_at > run_at)
  THEN 'at: ' || created_at_text END"""
ISSUES = {
    "ambiguous_time": "list_contains(doubts, 'ambiguous_time')",
    "nonexistent_time": "list_contains(doubts, 'nonexistent_time')",
    "date_only": "has_day",
}
# of the second, in which the moment is cut off; the order within it follows from it
FRACTION = r"regexp_extract(created_at_text, ':\d\d[.,](\d{1,9})', 1)"
READ = """WITH
cells AS (SELECT rowid AS record, TIMESTAMP '{moment}' AS run_at, {cells} FROM {source}),
read AS (SELECT *, {readings} FROM cells),
placed AS (SELECT read.*, {instants} FROM read {clock}),
judged AS (
  SELECT *, {reason} AS found_reason, {reported} AS reported,
    nullif(concat_ws(';', {issues}), '') AS found_issues FROM placed)"""
COMMON = """record, ticket_id_text AS ticket_id, created_at AS moment, {fraction} AS fraction,
  CASE WHEN outcome = 'rejected' THEN found_reason END AS reason,
  CASE WHEN outcome = 'rejected' THEN {detail} END AS detail,
  CASE WHEN outcome NOT IN ('rejected', 'ignored') THEN found_issues END AS issues,
  CASE WHEN found_reason = 'at_in_future' THEN created_at END AS known_from, outcome"""


def select_changes(
    plan: ColumnPlan, cells: str, moment: datetime, *, has_newlines: bool = True
) -> str:
    """Return the query that reads rows which report changes, one row per change.

    Args:
        cells: as for `cleaning_sql.select_tickets`.
    """
    assert isinstance(plan, EventPlan)
    return f"""{_read(plan, cells, moment)},
sorted AS (
  SELECT *, list_filter(reported, lambda one: NOT one.is_same) AS changes,
    CASE WHEN len(reported) = 0 THEN 'ignored' WHEN found_reason IS NOT NULL THEN 'rejected'
      WHEN len(changes) = 0 THEN 'unchanged' ELSE 'change' END AS outcome
  FROM judged)
SELECT {_common(plan)}, ignored_field,
  item, change.field AS field, change.old_value AS old_value, change.new_value AS new_value
FROM (SELECT *, unnest(CASE WHEN outcome = 'change' THEN changes ELSE [NULL] END) AS change,
  unnest(CASE WHEN outcome = 'change' THEN range(len(changes)) ELSE [0] END) AS item FROM sorted)"""


def select_snapshots(
    plan: ColumnPlan, cells: str, moment: datetime, *, has_newlines: bool = True
) -> str:
    """Return the query that reads rows which are snapshots: one row each, with each field."""
    assert isinstance(plan, EventPlan)
    numbers = {rule.field: number for number, rule in enumerate(plan.rules)}
    values = ", ".join(
        f"new{numbers[name]} AS {name}" if name in numbers else f"NULL::VARCHAR AS {name}"
        for name in FIELDS
    )
    return f"""{_read(plan, cells, moment)},
sorted AS (
  SELECT *, CASE WHEN found_reason IS NULL THEN 'snapshot' ELSE 'rejected' END AS outcome
  FROM judged)
SELECT {_common(plan)}, {values} FROM sorted"""


def _read(plan: EventPlan, source: str, moment: datetime) -> str:
    issues = [f"CASE WHEN {condition} THEN '{code}' END" for code, condition in ISSUES.items()]
    doubtful = timestamps.is_doubtful(plan, AT)
    issues.append(f"CASE WHEN {doubtful} THEN 'two_formats_at' END")
    issues.append(f"CASE WHEN {_lacks_status(plan)} THEN 'blank_status' END")
    return READ.format(
        moment=moment,
        cells=_cells(plan),
        source=source,
        readings=timestamps.select_readings(plan),
        instants=timestamps.select_instants(plan),
        clock=timestamps.join_clock(plan),
        reason=REASON,
        reported=_reported(plan),
        issues=", ".join(issues),
    )


def _common(plan: EventPlan) -> str:
    has_fractions = plan.typed or any(
        "%f" in one or "%g" in one for one in plan.mapping.formats(AT)
    )
    fraction = f"coalesce(try_cast('0.' || {FRACTION} AS DOUBLE), 0)" if has_fractions else "0.0"
    return COMMON.format(fraction=fraction, detail=DETAIL)


def _cells(plan: EventPlan) -> str:
    """Return ticket, moment, and for each rule whether it applies, old and new, as texts."""
    cells = [
        f"{first_text(plan, plan.targets['ticket_id'], 'ticket_id')} AS ticket_id_text",
        f"{first_text(plan, plan.targets[AT], AT)} AS {AT}_text",
    ]
    texts = ["ticket_id_text"]
    conditions = []
    for number, rule in enumerate(plan.rules):
        condition = _applies(rule)
        conditions.append(condition)
        cells.append(f"{condition} AS is{number}")
        cells.append(f"{_text(plan, rule.field, rule.old)} AS old{number}")
        cells.append(f"{_text(plan, rule.field, rule.new)} AS new{number}")
        texts += [f"old{number}", f"new{number}"]
    lengths = " + ".join(f"coalesce(strlen({text}), 0)" for text in texts)
    cells.append(f"{lengths} AS text_length")
    named_by = "NULL::VARCHAR" if plan.named_by is None else trimmed_sql(f"c{plan.named_by}")
    cells.append(f"CASE WHEN NOT ({' OR '.join(conditions)}) THEN {named_by} END AS ignored_field")
    return ", ".join(cells)


def _applies(rule: PlannedRule) -> str:
    conditions = [
        f"coalesce({trimmed_sql(f'c{place}')} IN ({', '.join(map(quoted, texts))}), false)"
        for place, texts in rule.conditions
    ]
    return " AND ".join(conditions) or "true"


def _lacks_status(plan: EventPlan) -> str:
    """Return whether a row says that the status changes, or is, and not to what."""
    blank = [
        f"is{number} AND new{number} IS NULL"
        for number, rule in enumerate(plan.rules)
        if rule.field == "status" and rule.new.is_given
    ]
    return " OR ".join(blank) or "false"


def _text(plan: EventPlan, field: str, value: PlannedValue) -> str:
    if value.text:
        return quoted(value.text)
    text = first_text(plan, value.alternatives, field)
    # as in the list of agents, which the ids are looked up in
    return single_spaced_sql(text) if field == AGENT and value.alternatives else text


def _reported(plan: EventPlan) -> str:
    """Return the list of what a row reports; a change is to the same value where both are said."""
    reported = []
    for number, rule in enumerate(plan.rules):
        is_same = "false"
        if rule.old.is_given:
            is_same = f"old{number} IS NOT DISTINCT FROM new{number}"
        reported.append(
            f"CASE WHEN is{number} THEN {{'field': '{rule.field}', 'old_value': old{number}, "
            f"'new_value': new{number}, 'is_same': {is_same}}} END"
        )
    return f"list_filter([{', '.join(reported)}], lambda one: one IS NOT NULL)"
