-- since_update: open tickets by the whole days from their last update to as_of.
-- The days are NULL where the export does not give the last update.
SELECT
  CAST(FLOOR(hours_since_update / 24) AS INT64) AS days,
  COUNT(*) AS tickets
FROM fact_tickets
WHERE NOT is_resolved
GROUP BY 1
ORDER BY 1
