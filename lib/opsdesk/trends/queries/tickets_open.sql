-- tickets_open: the tickets behind backlog_daily.backlog_size, open at the end of @day.
-- Of a ticket with a history, the row in force at the end of the day decides.
SELECT *
FROM fact_tickets
WHERE (
  reopens IS NULL
  AND created_date <= @day
  AND (resolved_date IS NULL OR resolved_date > @day)
) OR ticket_id IN (
  SELECT ticket_id
  FROM ticket_history
  WHERE state <> 'closed'
    AND from_date <= @day
    AND (until_date IS NULL OR until_date > @day)
)
