-- promises: one row: how many tickets have a deadline.
SELECT COUNT(due_at) AS with_deadline
FROM fact_tickets
