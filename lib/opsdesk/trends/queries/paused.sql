-- paused: how many tickets are open, and how many of them are paused: a status stops their clock.
SELECT COUNT(*) AS open_tickets, COALESCE(SUM(IF(is_paused, 1, 0)), 0) AS paused
FROM fact_tickets
WHERE NOT is_resolved
