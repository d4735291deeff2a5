-- signals: one row per signal from @first_day to @last_day: every one of the whole desk, and of
-- segments those that are @least limits or more from what was expected.
-- Where no limit is known because all days before were as expected, any other day is a signal.
SELECT
  ops_date,
  indicator,
  dimension,
  segment,
  value,
  expected,
  lower,
  upper,
  excess,
  signal
FROM signal_daily
WHERE ops_date BETWEEN @first_day AND @last_day
  AND signal IS NOT NULL
  AND (dimension = 'all' OR (signal != 'shift' AND COALESCE(excess, @least) >= @least))
ORDER BY ops_date, indicator, dimension, segment
