"""Invalid instants that look valid: 1970-01-01 is what a blank date becomes in many systems.

A single such ticket would stretch every daily table over half a century. What decides is the whole
export, so these rows are found after cleaning, and nothing of it is cached.
"""

from datetime import datetime

from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.day_rows import digest_sql

YEARS = 20  # before the first percentile
EPOCH_DAY = "TIMESTAMP '1970-01-02'"  # what is earlier is never among those that are compared with
# the earliest is not compared with itself: in a small file it is the first percentile
FIRST_PERCENTILE = f"""WITH counted AS (
    SELECT created_at FROM {{source}} WHERE reason IS NULL AND created_at >= {EPOCH_DAY})
SELECT coalesce(
    quantile_disc(created_at, 0.01) FILTER (created_at > (SELECT min(created_at) FROM counted)),
    min(created_at)) - INTERVAL {YEARS} YEAR
FROM counted"""
LATE_REASONS = """SELECT * EXCLUDE (digest, lines) REPLACE (
    CASE WHEN reason IS NULL AND created_at < {earliest} THEN 'implausible_created_at'
        ELSE reason END AS reason,
    CASE WHEN reason IS NULL AND created_at < {earliest}
        THEN 'created_at: ' || strftime(created_at, '%Y-%m-%dT%H:%M:%SZ')
        WHEN is_closed AND resolved_at < {earliest}
        THEN 'implausible resolved_at: ' || strftime(resolved_at, '%Y-%m-%dT%H:%M:%SZ')
        ELSE detail END AS detail,
    closed_without_resolution OR (is_closed AND coalesce(resolved_at < {earliest}, false))
        AS closed_without_resolution,
    CASE WHEN resolved_at >= {earliest} THEN resolved_at END AS resolved_at,
    CASE WHEN resolved_at < {earliest} THEN array_to_string(list_concat(
        ['implausible_resolved_at'], list_filter(string_split(coalesce(_issues, ''), ';'),
        lambda code: code NOT IN ('', 'resolved_before_created', 'resolution_hours_differ',
            'sla_flag_differs'))), ';')
        ELSE _issues END AS _issues)
FROM {source}"""


def find_earliest(rows: CleanedRows) -> datetime | None:
    """Return the first plausible instant (UTC) by the rows themselves, None where none tells."""
    found = rows.con.execute(FIRST_PERCENTILE.format(source=rows.source)).fetchall()
    earliest: datetime | None = found[0][0]
    return earliest


def judge(rows: CleanedRows, earliest: datetime | None) -> CleanedRows:
    """Return the rows with reasons and issues for instants before `earliest` (UTC)."""
    if earliest is None:
        return rows
    first = f"SELECT least(min(created_at), min(resolved_at)) FROM {rows.source}"
    ((found,),) = rows.con.execute(first).fetchall()
    # nearly always; then rows keep the digests that were computed while cleaning
    if found is None or found >= earliest:
        return rows
    judged = LATE_REASONS.format(source=rows.source, earliest=f"TIMESTAMP '{earliest}'")
    rows.con.execute(f"CREATE TABLE judged AS SELECT *, {digest_sql()} FROM ({judged})")
    return CleanedRows(rows.con, "judged", rows.repeatable)
