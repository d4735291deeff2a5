-- span_sums: one row per span, 'before' and 'now', with the sums of its days.
-- The spans are from @before_first to @before_last and from @now_first to @now_last.
WITH spans AS (
  SELECT 'before' AS span, @before_first AS first_day, @before_last AS last_of_span
  UNION ALL
  SELECT 'now' AS span, @now_first AS first_day, @now_last AS last_of_span
)

SELECT
  s.span,
  SUM(f.total_tickets + f.reopened_tickets) AS inflow,
  SUM(f.resolved_tickets) AS outflow,
  SUM(CASE WHEN f.ops_date = s.last_of_span THEN f.open_tickets ELSE 0 END) AS backlog_size,
  SUM(f.sla_due_tickets) AS sla_due_tickets,
  SUM(f.sla_due_missed) AS sla_due_missed,
  SUM(f.met + f.breached) AS judged,
  SUM(f.breached) AS breached
FROM features_daily AS f
JOIN spans AS s ON f.ops_date BETWEEN s.first_day AND s.last_of_span
GROUP BY s.span
ORDER BY s.span
