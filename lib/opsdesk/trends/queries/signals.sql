-- signals: one row per signal from @first_day to @last_day: every one of the whole desk, and of
-- segments those that are @least limits or more from what was expected.
-- A shift is inside the limits, so no shift of a segment is among them. Where excess is NULL all
-- days before were as expected, and any other day is a signal.
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
  AND (dimension = 'all' OR COALESCE(excess, @least) >= @least)
ORDER BY ops_date, indicator, dimension, segment
