-- tickets_created: the tickets behind backlog_daily.inflow, created on @day.
SELECT *
FROM fact_tickets
WHERE created_date = @day
