-- cohort_daily: one row per local day of creation: how many of its tickets were resolved within 1, 7 and 30 days.
-- Population: fact_tickets. A day here is 24 hours from the ticket's creation.
-- A figure is NULL until every ticket of the day has had that long, as judged at @as_of; then 0 on a quiet day.
WITH tickets AS (
  SELECT
    created_date,
    is_resolved,
    TIMESTAMP_DIFF(resolved_at, created_at, MICROSECOND) / 3600000000 AS resolution_hours
  FROM fact_tickets
),

cohorts AS (
  SELECT
    created_date,
    COUNTIF(resolution_hours <= 24) AS resolved_1d,
    COUNTIF(resolution_hours <= 168) AS resolved_7d,
    COUNTIF(resolution_hours <= 720) AS resolved_30d,
    COUNTIF(NOT is_resolved) AS open_now
  FROM tickets
  GROUP BY created_date
),

-- A local day had ended at an instant exactly when it is before the local date of that instant.
days AS (
  SELECT
    ops_date AS created_date,
    total_tickets,
    ops_date < DATE(TIMESTAMP_SUB(@as_of, INTERVAL 24 HOUR), @timezone) AS is_known_1d,
    ops_date < DATE(TIMESTAMP_SUB(@as_of, INTERVAL 168 HOUR), @timezone) AS is_known_7d,
    ops_date < DATE(TIMESTAMP_SUB(@as_of, INTERVAL 720 HOUR), @timezone) AS is_known_30d
  FROM features_daily
)

SELECT
  days.created_date,
  days.total_tickets AS tickets,
  IF(days.is_known_1d, COALESCE(cohorts.resolved_1d, 0), NULL) AS resolved_1d,
  IF(days.is_known_7d, COALESCE(cohorts.resolved_7d, 0), NULL) AS resolved_7d,
  IF(days.is_known_30d, COALESCE(cohorts.resolved_30d, 0), NULL) AS resolved_30d,
  COALESCE(cohorts.open_now, 0) AS open_now
FROM days
LEFT JOIN cohorts ON cohorts.created_date = days.created_date
