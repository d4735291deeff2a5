-- resolved_after: resolved tickets by the whole days from creation to resolution.
-- A ticket without a resolution time counts by its dates; resolved before created is the first day.
-- A ticket that was reopened counts by its last closing, as in fact_tickets.
SELECT
  COALESCE(
    CAST(FLOOR(resolution_hours_clean / 24) AS INT64),
    DATE_DIFF(resolved_date, created_date, DAY)
  ) AS days,
  COUNT(*) AS tickets
FROM fact_tickets
WHERE is_resolved
GROUP BY 1
