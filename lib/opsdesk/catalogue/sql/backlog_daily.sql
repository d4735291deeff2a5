-- backlog_daily: one row per local day: the tickets open at its end, how they came about, and how old they are.
-- Population: fact_tickets, and ticket_history for the tickets in it. Age is whole days from created_date to ops_date.
-- Computed from counts by (created_date, resolved_date): cost grows with days times days, never with tickets times days.
WITH changes AS (
  SELECT created_date, created_date AS change_date, COUNT(*) AS tickets
  FROM fact_tickets
  GROUP BY created_date
  UNION ALL
  SELECT created_date, resolved_date AS change_date, -COUNT(*) AS tickets
  FROM fact_tickets
  WHERE is_resolved AND reopens IS NULL
  GROUP BY created_date, resolved_date
  UNION ALL
  SELECT created_date, from_date AS change_date, COUNTIF(is_reopening) - COUNTIF(is_closing) AS tickets
  FROM ticket_history
  INNER JOIN fact_tickets ON fact_tickets.ticket_id = ticket_history.ticket_id
  WHERE is_closing OR is_reopening
  GROUP BY created_date, from_date
),

daily_changes AS (
  SELECT created_date, change_date, SUM(tickets) AS tickets
  FROM changes
  GROUP BY created_date, change_date
),

balances AS (                -- open tickets of one created_date, from change_date until the day before next_change
  SELECT
    created_date,
    change_date,
    LEAD(change_date) OVER (PARTITION BY created_date ORDER BY change_date) AS next_change,
    SUM(tickets) OVER (
      PARTITION BY created_date ORDER BY change_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS open_tickets
  FROM daily_changes
),

spans AS (
  SELECT
    created_date,
    open_tickets,
    change_date AS first_day,
    COALESCE(DATE_SUB(next_change, INTERVAL 1 DAY), DATE(@as_of, @timezone)) AS last_day
  FROM balances
  WHERE open_tickets > 0
),

ages AS (
  SELECT ops_date, DATE_DIFF(ops_date, created_date, DAY) AS age_days, open_tickets
  FROM spans
  CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(first_day, last_day)) AS ops_date
),

cumulated_ages AS (
  SELECT
    ops_date,
    age_days,
    open_tickets,
    SUM(open_tickets) OVER (
      PARTITION BY ops_date ORDER BY age_days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS running,
    SUM(open_tickets) OVER (PARTITION BY ops_date) AS total
  FROM ages
),

stock AS (
  SELECT
    ops_date,
    SUM(open_tickets) AS backlog_size,
    SUM(IF(age_days <= 1, open_tickets, 0)) AS age_0_1,
    SUM(IF(age_days BETWEEN 2 AND 7, open_tickets, 0)) AS age_2_7,
    SUM(IF(age_days BETWEEN 8 AND 30, open_tickets, 0)) AS age_8_30,
    SUM(IF(age_days BETWEEN 31 AND 90, open_tickets, 0)) AS age_31_90,
    SUM(IF(age_days > 90, open_tickets, 0)) AS age_over_90,
    -- in whole numbers (2 x running >= total, not running >= 0.5 x total): exact everywhere
    MIN(IF(running * 2 >= total, age_days, NULL)) AS age_p50_days,
    MIN(IF(running * 10 >= total * 9, age_days, NULL)) AS age_p90_days
  FROM cumulated_ages
  GROUP BY ops_date
),

filled AS (
  SELECT
    features_daily.ops_date,
    COALESCE(stock.backlog_size, 0) AS backlog_size,
    features_daily.total_tickets + features_daily.reopened_tickets AS inflow,
    features_daily.resolved_tickets AS outflow,
    COALESCE(stock.age_0_1, 0) AS age_0_1,
    COALESCE(stock.age_2_7, 0) AS age_2_7,
    COALESCE(stock.age_8_30, 0) AS age_8_30,
    COALESCE(stock.age_31_90, 0) AS age_31_90,
    COALESCE(stock.age_over_90, 0) AS age_over_90,
    stock.age_p50_days,
    stock.age_p90_days,
    features_daily.past_due_tickets AS past_due
  FROM features_daily
  LEFT JOIN stock ON stock.ops_date = features_daily.ops_date
)

SELECT
  ops_date,
  backlog_size,
  COALESCE(LAG(backlog_size) OVER (ORDER BY ops_date), 0) AS opening,
  inflow,
  outflow,
  age_0_1,
  age_2_7,
  age_8_30,
  age_31_90,
  age_over_90,
  age_p50_days,
  age_p90_days,
  past_due
FROM filled
