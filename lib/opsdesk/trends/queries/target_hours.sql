-- target_hours: one row per week with the hours of its tickets: the 90th percentile of resolutions,
-- and the median of first responses, of the last 26 weeks. Week 0 is the seven days up to @last_day, week 1 those before.
-- Of the whole desk where @dimension is 'all', else of the tickets of one segment. A ticket that was
-- reopened counts with each of its closings, in the segment that it was in then.
-- A percentile is discrete: the smallest value whose cumulative share is at least q.
WITH timed AS (
  SELECT
    'p90_hours' AS indicator, resolved_date AS ops_date, resolution_hours_clean AS hours,
    priority, category, channel, customer_tier
  FROM fact_tickets
  WHERE resolution_hours_clean IS NOT NULL AND reopens IS NULL
  UNION ALL
  SELECT
    'p90_hours' AS indicator, h.from_date AS ops_date, h.resolution_hours AS hours,
    h.priority, t.category, t.channel, t.customer_tier
  FROM ticket_history AS h
  JOIN fact_tickets AS t ON t.ticket_id = h.ticket_id
  WHERE h.resolution_hours IS NOT NULL
  UNION ALL
  SELECT
    'first_response_hours' AS indicator, first_response_date AS ops_date, first_response_hours AS hours,
    priority, category, channel, customer_tier
  FROM fact_tickets
  WHERE first_response_hours IS NOT NULL
),

measured AS (
  SELECT
    indicator,
    IF(indicator = 'p90_hours', 10, 2) AS part,
    IF(indicator = 'p90_hours', 9, 1) AS of_parts,
    ops_date,
    hours
  FROM timed
  WHERE @dimension = 'all'
    OR @segment = CASE @dimension
      WHEN 'priority' THEN priority
      WHEN 'category' THEN category
      WHEN 'channel' THEN channel
      WHEN 'customer_tier' THEN customer_tier
    END
),

weeks AS (
  SELECT
    indicator, part, of_parts, hours,
    CAST(FLOOR(DATE_DIFF(@last_day, ops_date, DAY) / 7) AS INT64) AS week
  FROM measured
  WHERE ops_date <= @last_day AND ops_date > DATE_SUB(@last_day, INTERVAL 182 DAY)
),

ranked AS (
  SELECT
    indicator, part, of_parts, hours, week,
    ROW_NUMBER() OVER (PARTITION BY indicator, week ORDER BY hours) AS place,
    COUNT(*) OVER (PARTITION BY indicator, week) AS tickets
  FROM weeks
)

SELECT
  indicator,
  week,
  MAX(tickets) AS tickets,
  MIN(CASE WHEN place * part >= tickets * of_parts THEN hours END) AS hours
FROM ranked
GROUP BY indicator, week
ORDER BY indicator, week
