-- tickets_open: the tickets behind backlog_daily.backlog_size, open at the end of @day.
SELECT *
FROM fact_tickets
WHERE created_date <= @day
  AND (resolved_date IS NULL OR resolved_date > @day)
