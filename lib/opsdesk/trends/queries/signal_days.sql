-- signal_days: one row per local day and indicator (created, resolved) of the whole desk.
SELECT
  ops_date,
  indicator,
  value,
  expected,
  lower,
  upper,
  excess,
  signal
FROM signal_daily
WHERE dimension = 'all'
ORDER BY ops_date, indicator
