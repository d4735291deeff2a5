-- oldest: the day on which the oldest open ticket was created; NULL where no ticket is open.
SELECT MIN(created_date) AS created_date
FROM fact_tickets
WHERE NOT is_resolved
