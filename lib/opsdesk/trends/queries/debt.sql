-- debt: one row per day, @last_day and @before, at whose end a ticket was open.
-- opened_within are the open tickets opened in the 28 days that end with that day.
WITH stocks AS (
  SELECT @last_day AS ops_date
  UNION ALL
  SELECT @before AS ops_date
),

times AS (                   -- from which day on a ticket was open, and on which it no longer was
  SELECT created_date, created_date AS from_date, resolved_date AS until_date
  FROM fact_tickets
  WHERE reopens IS NULL
  UNION ALL
  SELECT t.created_date, h.from_date, h.until_date
  FROM ticket_history AS h
  JOIN fact_tickets AS t ON t.ticket_id = h.ticket_id
  WHERE h.state <> 'closed'
)

SELECT
  s.ops_date,
  COUNT(*) AS open_tickets,
  COUNTIF(DATE_DIFF(s.ops_date, t.created_date, DAY) < 28) AS opened_within
FROM times AS t
JOIN stocks AS s
  ON t.from_date <= s.ops_date
  AND (t.until_date IS NULL OR t.until_date > s.ops_date)
GROUP BY s.ops_date
ORDER BY s.ops_date
