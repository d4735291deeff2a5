-- due_days: one row per local day with a deadline, or with a resolution that came too late.
-- sla_due_tickets had their deadline on the day, sla_due_missed of them missed it.
-- resolved_late had missed theirs and were resolved on the day: then they are no longer past due.
-- A ticket that is reopened after it missed its deadline is past due again: it counts -1.
-- A deadline later than @as_of is still in the future.
WITH chosen AS (
  SELECT t.ticket_id, t.due_date, t.due_at, t.breached_at, t.resolved_date, t.reopens
  FROM fact_tickets AS t
),

changes AS (
  SELECT h.from_date, h.is_closing, h.is_reopening, h.is_past_due, h.missed_date, h.kept_date
  FROM ticket_history AS h
  JOIN chosen ON chosen.ticket_id = h.ticket_id
),

events AS (
  SELECT due_date AS ops_date, 1 AS due, IF(breached_at IS NULL, 0, 1) AS missed, 0 AS resolved_late
  FROM chosen
  WHERE due_at <= @as_of AND reopens IS NULL
  UNION ALL
  SELECT resolved_date AS ops_date, 0 AS due, 0 AS missed, 1 AS resolved_late
  FROM chosen
  WHERE breached_at IS NOT NULL AND resolved_date IS NOT NULL AND reopens IS NULL
  UNION ALL
  SELECT missed_date AS ops_date, 1 AS due, 1 AS missed, 0 AS resolved_late
  FROM changes
  WHERE missed_date IS NOT NULL
  UNION ALL
  SELECT kept_date AS ops_date, 1 AS due, 0 AS missed, 0 AS resolved_late
  FROM changes
  WHERE kept_date IS NOT NULL
  UNION ALL
  SELECT from_date AS ops_date, 0 AS due, 0 AS missed, IF(is_closing, 1, -1) AS resolved_late
  FROM changes
  WHERE is_past_due AND (is_closing OR is_reopening)
)

SELECT
  ops_date,
  SUM(due) AS sla_due_tickets,
  SUM(missed) AS sla_due_missed,
  SUM(resolved_late) AS resolved_late
FROM events
GROUP BY ops_date
ORDER BY ops_date
