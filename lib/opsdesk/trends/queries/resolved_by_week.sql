-- resolved_by_week: one row per week in which a ticket was resolved, each closing counted.
-- Week 0 is the week of the first day, which may be in the middle of it.
-- @days_before is the number of days from the start of week 0 to the first day.
-- Weeks are counted from it because no function for weeks means the same in every engine.
-- A percentile is discrete: the smallest value whose cumulative share is at least q.
WITH days AS (
  SELECT
    ops_date,
    CAST(FLOOR((ROW_NUMBER() OVER (ORDER BY ops_date) - 1 + @days_before) / 7) AS INT64) AS week
  FROM features_daily
),

chosen AS (
  SELECT t.ticket_id, t.resolved_date, t.sla_breached, t.resolution_hours_clean, t.reopens
  FROM fact_tickets AS t
),

closings AS (
  SELECT resolved_date AS ops_date, sla_breached, resolution_hours_clean AS hours
  FROM chosen
  WHERE resolved_date IS NOT NULL AND reopens IS NULL
  UNION ALL
  SELECT h.from_date AS ops_date, h.judged = 'breached' AS sla_breached, h.resolution_hours AS hours
  FROM ticket_history AS h
  JOIN chosen ON chosen.ticket_id = h.ticket_id
  WHERE h.is_closing
),

resolved AS (
  SELECT
    d.week,
    c.sla_breached,
    c.hours,
    ROW_NUMBER() OVER (PARTITION BY d.week ORDER BY c.hours NULLS LAST) AS place,
    COUNT(c.hours) OVER (PARTITION BY d.week) AS timed
  FROM closings AS c
  JOIN days AS d ON d.ops_date = c.ops_date
)

SELECT
  week,
  COUNT(sla_breached) AS judged,
  SUM(CASE WHEN sla_breached THEN 1 ELSE 0 END) AS breached,
  MAX(timed) AS timed,
  MIN(CASE WHEN place * 2 >= timed THEN hours END) AS median_hours,
  MIN(CASE WHEN place * 10 >= timed * 9 THEN hours END) AS p90_hours
FROM resolved
GROUP BY week
ORDER BY week
