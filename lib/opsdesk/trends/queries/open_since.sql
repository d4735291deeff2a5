-- open_since: open tickets by the whole days from creation to as_of.
-- A ticket of which the export has no time of day counts by its dates.
SELECT
  COALESCE(
    CAST(FLOOR(hours_open / 24) AS INT64),
    DATE_DIFF((SELECT MAX(ops_date) FROM backlog_daily), created_date, DAY)
  ) AS days,
  COUNT(*) AS tickets
FROM fact_tickets
WHERE NOT is_resolved
GROUP BY 1
