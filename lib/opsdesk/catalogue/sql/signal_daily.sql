-- signal_daily: one row per local day that is over, indicator (created, resolved) and segment: is the day signal or noise?
-- Population: features_daily ('all') and segment_daily; a segment is there on days on which it expects at least 5 tickets.
-- expected: the median of the same weekday in the eight weeks before, of at least four. A series has every day.
-- z = 2 sqrt(value + 3/8) - 2 sqrt(expected + 3/8) varies alike for few and many tickets (Anscombe 1948). It is
-- kept in whole millionths, and compared in whole numbers: the same signals on every engine.
WITH busy AS (                -- a segment that never has 5 tickets on a day never expects 5; most are such
  SELECT dimension AS busy_dimension, segment AS busy_segment
  FROM segment_daily
  GROUP BY dimension, segment
  HAVING MAX(created) >= 5 OR MAX(resolved) >= 5
),

series AS (
  SELECT ops_date, 'created' AS indicator, 'all' AS dimension, 'all' AS segment, total_tickets AS value
  FROM features_daily
  UNION ALL
  SELECT ops_date, 'resolved' AS indicator, 'all' AS dimension, 'all' AS segment, resolved_tickets AS value
  FROM features_daily
  UNION ALL
  SELECT ops_date, 'created' AS indicator, dimension, segment, created AS value
  FROM segment_daily
  INNER JOIN busy ON busy_dimension = dimension AND busy_segment = segment
  UNION ALL
  SELECT ops_date, 'resolved' AS indicator, dimension, segment, resolved AS value
  FROM segment_daily
  INNER JOIN busy ON busy_dimension = dimension AND busy_segment = segment
),

weeks AS (                   -- the same weekday before; week_8, 7, 6, 5 missing: more, less, more, less than any
  SELECT
    ops_date,
    indicator,
    dimension,
    segment,
    value,
    LEAST(DIV((ROW_NUMBER() OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date) - 1), 7), 8) AS known,
    LAG(value, 7) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date) AS week_1,
    LAG(value, 14) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date) AS week_2,
    LAG(value, 21) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date) AS week_3,
    LAG(value, 28) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date) AS week_4,
    COALESCE(LAG(value, 35) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date), -1) AS week_5,
    COALESCE(LAG(value, 42) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date), 1000000000) AS week_6,
    COALESCE(LAG(value, 49) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date), -1) AS week_7,
    COALESCE(LAG(value, 56) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date), 1000000000) AS week_8
  FROM series
  WHERE ops_date < DATE(TIMESTAMP_ADD(@as_of, INTERVAL 1 SECOND), @timezone)
),

pairs AS (                   -- in order: a1 <= a2 of weeks 1 and 2, and so on; NULL where week_4 is missing
  SELECT
    *,
    LEAST(week_1, week_2) AS a1,
    GREATEST(week_1, week_2) AS a2,
    LEAST(week_3, week_4) AS b1,
    GREATEST(week_3, week_4) AS b2,
    LEAST(week_5, week_6) AS c1,
    GREATEST(week_5, week_6) AS c2,
    LEAST(week_7, week_8) AS d1,
    GREATEST(week_7, week_8) AS d2
  FROM weeks
),

inner_pairs AS (             -- the two in the middle of each four, in no order yet
  SELECT
    *,
    GREATEST(a1, b1) AS ab2,
    LEAST(a2, b2) AS ab3,
    GREATEST(c1, d1) AS cd2,
    LEAST(c2, d2) AS cd3
  FROM pairs
),

fours AS (                   -- e1 <= e2 <= e3 <= e4 of weeks 1 to 4, f1 to f4 of weeks 5 to 8
  SELECT
    *,
    LEAST(a1, b1) AS e1,
    LEAST(ab2, ab3) AS e2,
    GREATEST(ab2, ab3) AS e3,
    GREATEST(a2, b2) AS e4,
    LEAST(c1, d1) AS f1,
    LEAST(cd2, cd3) AS f2,
    GREATEST(cd2, cd3) AS f3,
    GREATEST(c2, d2) AS f4
  FROM inner_pairs
),

middles AS (                 -- one of each couple is among the four smallest of eight, the other among the four largest
  SELECT
    *,
    GREATEST(LEAST(e1, f4), LEAST(e2, f3), LEAST(e3, f2), LEAST(e4, f1)) AS fourth,
    LEAST(GREATEST(e1, f4), GREATEST(e2, f3), GREATEST(e3, f2), GREATEST(e4, f1)) AS fifth
  FROM fours
),

medians AS (                 -- twice the median is whole; the median of five or seven is the fourth of eight
  SELECT
    ops_date,
    indicator,
    dimension,
    segment,
    value,
    IF(MOD(known, 2) = 1, 2 * fourth, fourth + fifth) AS twice_expected
  FROM middles
),

distances AS (
  SELECT
    *,
    CAST(ROUND(1000000 * (2 * SQRT(value + 0.375) - 2 * SQRT(twice_expected / 2 + 0.375))) AS INT64) AS z
  FROM medians
),

moves AS (                   -- from the day before
  SELECT
    *,
    ABS(z - LAG(z) OVER (PARTITION BY indicator, dimension, segment ORDER BY ops_date)) AS move
  FROM distances
),

ranges AS (                  -- side is 8 or -8 from the eighth day in a row on one side of expected
  SELECT
    *,
    SUM(move) OVER (
      PARTITION BY indicator, dimension, segment ORDER BY ops_date ROWS BETWEEN 56 PRECEDING AND 1 PRECEDING
    ) AS moved,
    COUNT(move) OVER (
      PARTITION BY indicator, dimension, segment ORDER BY ops_date ROWS BETWEEN 56 PRECEDING AND 1 PRECEDING
    ) AS moved_days,
    SUM(CASE WHEN z > 0 THEN 1 WHEN z < 0 THEN -1 ELSE 0 END) OVER (
      PARTITION BY indicator, dimension, segment ORDER BY ops_date ROWS BETWEEN 7 PRECEDING AND CURRENT ROW
    ) AS side
  FROM moves
),

limits AS (                  -- the limit of z is 2.66 times the mean of at least 28 moves
  SELECT
    *,
    SQRT(twice_expected / 2 + 0.375) AS root,
    IF(moved_days >= 28, SAFE_DIVIDE(moved * 1.33, moved_days) / 1000000, NULL) AS half_limit,
    IF(moved_days >= 28, 100 * ABS(z) * moved_days, NULL) AS distance,
    IF(moved_days >= 28, 266 * moved, NULL) AS reach
  FROM ranges
),

bounds AS (
  SELECT
    *,
    GREATEST(root - half_limit, 0) * GREATEST(root - half_limit, 0) - 0.375 AS lower_bound,
    (root + half_limit) * (root + half_limit) - 0.375 AS upper_bound
  FROM limits
)

SELECT
  ops_date,
  indicator,
  dimension,
  segment,
  value,
  twice_expected / 2 AS expected,
  ROUND(100 * GREATEST(lower_bound, 0)) / 100 AS lower,
  ROUND(100 * upper_bound) / 100 AS upper,
  SAFE_DIVIDE(distance, reach) AS excess,
  CASE
    WHEN distance > reach AND z > 0 THEN 'high'
    WHEN distance > reach THEN 'low'
    WHEN reach IS NOT NULL AND ABS(side) = 8 THEN 'shift'
  END AS signal
FROM bounds
WHERE dimension = 'all' OR twice_expected >= 10
