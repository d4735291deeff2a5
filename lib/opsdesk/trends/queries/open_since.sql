-- open_since: open tickets by the whole days from creation to as_of.
SELECT
  CAST(FLOOR(hours_open / 24) AS INT64) AS days,
  COUNT(*) AS tickets
FROM fact_tickets
WHERE NOT is_resolved
GROUP BY 1
