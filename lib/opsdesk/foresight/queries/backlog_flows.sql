-- backlog_flows: tickets by the days on which they were created and resolved, as known at the end of @last_day.
-- Resolved before @first_day is left out. Created before @first_created counts as created on it.
-- resolved_date is NULL for tickets that were open at the end of @last_day.
SELECT
  GREATEST(created_date, @first_created) AS created_date,
  IF(resolved_date > @last_day, NULL, resolved_date) AS resolved_date,
  COUNT(*) AS tickets
FROM fact_tickets
WHERE created_date <= @last_day AND (resolved_date IS NULL OR resolved_date >= @first_day)
GROUP BY 1, 2
ORDER BY 1, 2
