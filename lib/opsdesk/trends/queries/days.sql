-- days: one row per local day: stocks at its end, flows during it, deadlines on it.
-- waited_days is how old the tickets resolved on the day were, in days, all of them together, less
-- the age of those that were reopened on it.
WITH leaving AS (
  SELECT resolved_date AS ops_date, DATE_DIFF(resolved_date, created_date, DAY) AS days
  FROM fact_tickets
  WHERE is_resolved AND reopens IS NULL
  UNION ALL
  SELECT
    h.from_date AS ops_date,
    IF(h.is_closing, 1, -1) * DATE_DIFF(h.from_date, t.created_date, DAY) AS days
  FROM ticket_history AS h
  JOIN fact_tickets AS t ON t.ticket_id = h.ticket_id
  WHERE h.is_closing OR h.is_reopening
),

waited AS (
  SELECT ops_date, SUM(days) AS waited_days
  FROM leaving
  GROUP BY ops_date
)

SELECT
  b.ops_date,
  b.backlog_size,
  b.inflow,
  b.outflow,
  b.age_0_1,
  b.age_2_7,
  b.age_8_30,
  b.age_31_90,
  b.age_over_90,
  b.age_p50_days,
  b.age_p90_days,
  b.past_due,
  f.sla_due_tickets,
  f.sla_due_missed,
  COALESCE(w.waited_days, 0) AS waited_days
FROM backlog_daily AS b
JOIN features_daily AS f ON f.ops_date = b.ops_date
LEFT JOIN waited AS w ON w.ops_date = b.ops_date
ORDER BY b.ops_date
