-- days: one row per local day: stocks at its end, flows during it, deadlines on it.
-- waited_days is how old the tickets resolved on the day were, in days, all of them together.
WITH waited AS (
  SELECT resolved_date, SUM(DATE_DIFF(resolved_date, created_date, DAY)) AS waited_days
  FROM fact_tickets
  WHERE is_resolved
  GROUP BY resolved_date
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
LEFT JOIN waited AS w ON w.resolved_date = b.ops_date
ORDER BY b.ops_date
