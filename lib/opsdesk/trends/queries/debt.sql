-- debt: one row per day, @last_day and @before, at whose end a ticket was open.
-- opened_within are the open tickets opened in the 28 days that end with that day.
WITH stocks AS (
  SELECT @last_day AS ops_date
  UNION ALL
  SELECT @before AS ops_date
)

SELECT
  s.ops_date,
  COUNT(*) AS open_tickets,
  COUNTIF(DATE_DIFF(s.ops_date, t.created_date, DAY) < 28) AS opened_within
FROM fact_tickets AS t
JOIN stocks AS s
  ON t.created_date <= s.ops_date
  AND (t.resolved_date IS NULL OR t.resolved_date > s.ops_date)
GROUP BY s.ops_date
ORDER BY s.ops_date
