-- log_issues: what log and export do not agree on, as codes joined by semicolons, with its tickets.
SELECT log_issues, COUNT(*) AS tickets
FROM fact_tickets
WHERE log_issues IS NOT NULL
GROUP BY log_issues
ORDER BY log_issues
