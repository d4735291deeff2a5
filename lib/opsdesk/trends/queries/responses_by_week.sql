-- responses_by_week: one row per week in which a ticket got its first response.
-- Week 0 is the week of the first day, which may be in the middle of it.
-- @days_before is the number of days from the start of week 0 to the first day.
-- Weeks are counted from it because no function for weeks means the same in every engine.
-- Population: first responses with a time of day; the others have no hours.
-- A percentile is discrete: the smallest value whose cumulative share is at least q.
WITH days AS (
  SELECT
    ops_date,
    CAST(FLOOR((ROW_NUMBER() OVER (ORDER BY ops_date) - 1 + @days_before) / 7) AS INT64) AS week
  FROM features_daily
),

responded AS (
  SELECT
    d.week,
    t.first_response_hours AS hours,
    ROW_NUMBER() OVER (PARTITION BY d.week ORDER BY t.first_response_hours) AS place,
    COUNT(*) OVER (PARTITION BY d.week) AS responses
  FROM fact_tickets AS t
  JOIN days AS d ON d.ops_date = t.first_response_date
  WHERE t.first_response_hours IS NOT NULL
)

SELECT
  week,
  MAX(responses) AS responses,
  MIN(CASE WHEN place * 2 >= responses THEN hours END) AS median_response_hours,
  MIN(CASE WHEN place * 10 >= responses * 9 THEN hours END) AS p90_response_hours
FROM responded
GROUP BY week
ORDER BY week
