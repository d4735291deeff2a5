-- tickets_missed: the tickets behind features_daily.sla_due_missed.
-- Their deadline was on @day, and they missed it.
SELECT *
FROM fact_tickets
WHERE due_date = @day
  AND breached_at IS NOT NULL
