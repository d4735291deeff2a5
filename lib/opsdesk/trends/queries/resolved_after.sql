-- resolved_after: resolved tickets by the whole days from creation to resolution.
-- A ticket without a resolution time counts as resolved on its first day.
SELECT
  CAST(FLOOR(COALESCE(resolution_hours_clean, 0) / 24) AS INT64) AS days,
  COUNT(*) AS tickets
FROM fact_tickets
WHERE is_resolved
GROUP BY 1
