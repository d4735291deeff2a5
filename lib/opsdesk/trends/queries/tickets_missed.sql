-- tickets_missed: the tickets behind features_daily.sla_due_missed.
-- Their deadline was on @day, and they missed it.
SELECT *
FROM fact_tickets
WHERE (reopens IS NULL AND due_date = @day AND breached_at IS NOT NULL)
  OR ticket_id IN (
    SELECT ticket_id
    FROM ticket_history
    WHERE missed_date = @day
  )
