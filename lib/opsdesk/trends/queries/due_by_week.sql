-- due_by_week: one row per week at whose end a ticket was open and due within the next 24 hours.
-- Week 0 ends with @last_day, week 1 seven days before. The end is local midnight in @timezone.
-- A deadline at that very midnight is still to come, as it is in backlog_daily.past_due.
-- A ticket with a history has the deadline that was in force at that end; none falls due while paused.
-- Population: tickets with a time of day; the others have no hours left, as in ticket_sla_risk.
WITH promises AS (           -- a deadline, and the days at whose end it was in force
  SELECT created_date AS from_date, due_at, due_date, resolved_date AS until_date
  FROM fact_tickets
  WHERE reopens IS NULL AND COALESCE(hours_open, resolution_hours_clean) IS NOT NULL
  UNION ALL
  SELECT h.from_date, h.due_at, DATE(h.due_at, @timezone) AS due_date, h.until_date
  FROM ticket_history AS h
  JOIN fact_tickets AS t ON t.ticket_id = h.ticket_id
  WHERE h.state = 'open'
    AND NOT h.is_past_due
    AND COALESCE(t.hours_open, t.resolution_hours_clean) IS NOT NULL
),

due AS (
  SELECT
    -- open, and less than 24 hours before the deadline, at the end of these days
    GREATEST(from_date, DATE(TIMESTAMP_SUB(due_at, INTERVAL 24 HOUR), @timezone)) AS first_day,
    DATE_SUB(LEAST(due_date, COALESCE(until_date, due_date)), INTERVAL 1 DAY) AS last_of_days
  FROM promises
  WHERE due_at IS NOT NULL
    -- due on the day after a week's end; on the next one, where the clocks skip an hour
    AND DATE_DIFF(@last_day, due_date, DAY) >= -2
    AND MOD(DATE_DIFF(@last_day, due_date, DAY) + 7, 7) IN (5, 6)
),

counted_back AS (
  SELECT
    DIV((DATE_DIFF(@last_day, first_day, DAY)), 7) AS week,
    DATE_DIFF(@last_day, last_of_days, DAY) AS until_days
  FROM due
  WHERE first_day <= @last_day
)

SELECT week, COUNT(*) AS due_24h
FROM counted_back
WHERE week * 7 >= until_days
GROUP BY week
ORDER BY week
