-- tickets_past_due: the tickets behind backlog_daily.past_due.
-- They were open at the end of @day, and their deadline was over.
-- A deadline later than @as_of is still in the future.
-- Of a ticket with a history, the row in force at the end of the day decides.
SELECT *
FROM fact_tickets
WHERE (
  reopens IS NULL
  AND created_date <= @day
  AND (resolved_date IS NULL OR resolved_date > @day)
  AND due_date <= @day
  AND due_at <= @as_of
) OR ticket_id IN (
  SELECT ticket_id
  FROM ticket_history
  WHERE state <> 'closed'
    AND from_date <= @day
    AND (until_date IS NULL OR until_date > @day)
    AND (is_past_due OR missed_date <= @day)
)
