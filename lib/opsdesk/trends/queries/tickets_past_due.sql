-- tickets_past_due: the tickets behind backlog_daily.past_due.
-- They were open at the end of @day, and their deadline was over.
-- A deadline later than @as_of is still in the future.
SELECT *
FROM fact_tickets
WHERE created_date <= @day
  AND (resolved_date IS NULL OR resolved_date > @day)
  AND due_date <= @day
  AND due_at <= @as_of
