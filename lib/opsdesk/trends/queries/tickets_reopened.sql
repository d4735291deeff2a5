-- tickets_reopened: the tickets behind features_daily.reopened_tickets, opened again on @day.
-- A ticket that was reopened twice that day is one row here, and counts twice there.
SELECT *
FROM fact_tickets
WHERE ticket_id IN (
  SELECT ticket_id
  FROM ticket_history
  WHERE is_reopening AND from_date = @day
)
