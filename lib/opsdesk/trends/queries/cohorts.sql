-- cohorts: how many tickets were created on one day and resolved on one day (NULL: open at as_of).
SELECT created_date, resolved_date, COUNT(*) AS tickets
FROM fact_tickets AS t
GROUP BY created_date, resolved_date
ORDER BY created_date, resolved_date
