-- work_counts: how many open tickets there are, and how many of them rules select.
SELECT selected, open_tickets
FROM (SELECT COUNT(*) AS selected FROM work_next) AS work
CROSS JOIN (SELECT COUNTIF(resolved_at IS NULL) AS open_tickets FROM fact_tickets) AS stock
