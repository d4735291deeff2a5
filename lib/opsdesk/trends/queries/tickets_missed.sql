-- tickets_missed: the tickets behind features_daily.sla_due_missed, whose deadline on @day was missed.
SELECT *
FROM fact_tickets
WHERE due_date = @day
  AND breached_at IS NOT NULL
