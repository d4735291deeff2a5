-- tickets_due: the tickets behind features_daily.sla_due_tickets, whose deadline was on @day.
-- A deadline later than @as_of is still in the future.
-- A ticket with a history missed its deadline on the day, or was closed over it.
SELECT *
FROM fact_tickets
WHERE (reopens IS NULL AND due_date = @day AND due_at <= @as_of)
  OR ticket_id IN (
    SELECT ticket_id
    FROM ticket_history
    WHERE missed_date = @day OR kept_date = @day
  )
