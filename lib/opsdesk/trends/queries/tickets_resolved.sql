-- tickets_resolved: the tickets behind backlog_daily.outflow, resolved on @day.
SELECT *
FROM fact_tickets
WHERE resolved_date = @day
