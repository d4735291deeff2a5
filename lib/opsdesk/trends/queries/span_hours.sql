-- span_hours: one row per span, 'before' and 'now', and event, 'resolution' and 'response', with the
-- percentiles of the hours from the creation of its tickets. A ticket counts on the day of the event;
-- one that was reopened counts with each of its closings.
-- The spans are from @before_first to @before_last and from @now_first to @now_last.
-- A percentile is discrete: the smallest value whose cumulative share is at least q.
WITH spans AS (
  SELECT 'before' AS span, @before_first AS first_day, @before_last AS last_of_span
  UNION ALL
  SELECT 'now' AS span, @now_first AS first_day, @now_last AS last_of_span
),

events AS (
  SELECT 'resolution' AS event, resolved_date AS ops_date, resolution_hours_clean AS hours
  FROM fact_tickets
  WHERE resolution_hours_clean IS NOT NULL AND reopens IS NULL
  UNION ALL
  SELECT 'resolution' AS event, from_date AS ops_date, resolution_hours AS hours
  FROM ticket_history
  WHERE resolution_hours IS NOT NULL
  UNION ALL
  SELECT 'response' AS event, first_response_date AS ops_date, first_response_hours AS hours
  FROM fact_tickets
  WHERE first_response_hours IS NOT NULL
),

ranked AS (
  SELECT
    s.span,
    e.event,
    e.hours,
    ROW_NUMBER() OVER (PARTITION BY s.span, e.event ORDER BY e.hours) AS place,
    COUNT(*) OVER (PARTITION BY s.span, e.event) AS tickets
  FROM events AS e
  JOIN spans AS s ON e.ops_date BETWEEN s.first_day AND s.last_of_span
)

SELECT
  span,
  event,
  MAX(tickets) AS tickets,
  MIN(CASE WHEN place * 2 >= tickets THEN hours END) AS median_hours,
  MIN(CASE WHEN place * 10 >= tickets * 9 THEN hours END) AS p90_hours
FROM ranked
GROUP BY span, event
ORDER BY span, event
