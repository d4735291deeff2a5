-- tickets_created: the tickets behind features_daily.total_tickets, created on @day.
SELECT *
FROM fact_tickets
WHERE created_date = @day
