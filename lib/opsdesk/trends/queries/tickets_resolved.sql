-- tickets_resolved: the tickets behind backlog_daily.outflow, resolved on @day.
-- A ticket that was closed twice that day is one row here, and counts twice there.
SELECT *
FROM fact_tickets
WHERE (reopens IS NULL AND resolved_date = @day)
  OR ticket_id IN (
    SELECT ticket_id
    FROM ticket_history
    WHERE is_closing AND from_date = @day
  )
