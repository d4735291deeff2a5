-- due_days: one row per local day with a deadline, or with a resolution that came too late.
-- sla_due_tickets had their deadline on the day, sla_due_missed of them missed it.
-- resolved_late had missed theirs and were resolved on the day: then they are no longer past due.
-- A deadline later than @as_of is still in the future.
WITH events AS (
  SELECT due_date AS ops_date, 1 AS due, IF(breached_at IS NULL, 0, 1) AS missed, 0 AS resolved_late
  FROM fact_tickets AS t
  WHERE due_at <= @as_of
  UNION ALL
  SELECT resolved_date AS ops_date, 0 AS due, 0 AS missed, 1 AS resolved_late
  FROM fact_tickets AS t
  WHERE breached_at IS NOT NULL AND resolved_date IS NOT NULL
)

SELECT
  ops_date,
  SUM(due) AS sla_due_tickets,
  SUM(missed) AS sla_due_missed,
  SUM(resolved_late) AS resolved_late
FROM events
GROUP BY ops_date
ORDER BY ops_date
