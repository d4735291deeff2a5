-- tickets_due: the tickets behind features_daily.sla_due_tickets, whose deadline was on @day.
-- A deadline later than @as_of is still in the future.
SELECT *
FROM fact_tickets
WHERE due_date = @day
  AND due_at <= @as_of
