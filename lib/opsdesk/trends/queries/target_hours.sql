-- target_hours: one row per week with the hours of its tickets: the 90th percentile of resolutions,
-- and the median of first responses, of the last 26 weeks. Week 0 is the seven days up to @last_day, week 1 those before.
-- Of the whole desk where @dimension is 'all', else of the tickets of one segment.
-- A percentile is discrete: the smallest value whose cumulative share is at least q.
WITH chosen AS (
  SELECT resolved_date, resolution_hours_clean, first_response_date, first_response_hours
  FROM fact_tickets
  WHERE @dimension = 'all'
    OR @segment = CASE @dimension
      WHEN 'priority' THEN priority
      WHEN 'category' THEN category
      WHEN 'channel' THEN channel
      WHEN 'customer_tier' THEN customer_tier
    END
),

measured AS (
  SELECT 'p90_hours' AS indicator, 10 AS part, 9 AS of_parts, resolved_date AS ops_date, resolution_hours_clean AS hours
  FROM chosen
  WHERE resolution_hours_clean IS NOT NULL
  UNION ALL
  SELECT 'first_response_hours' AS indicator, 2 AS part, 1 AS of_parts, first_response_date AS ops_date, first_response_hours AS hours
  FROM chosen
  WHERE first_response_hours IS NOT NULL
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
