-- openings_and_closings: one row per day of creation and day on which tickets created on it were
-- opened (created or reopened) or closed.
WITH chosen AS (
  SELECT t.ticket_id, t.created_date, t.resolved_date, t.reopens
  FROM fact_tickets AS t
),

changes AS (
  SELECT created_date, created_date AS ops_date, 1 AS opened, 0 AS closed
  FROM chosen
  UNION ALL
  SELECT created_date, resolved_date AS ops_date, 0 AS opened, 1 AS closed
  FROM chosen
  WHERE resolved_date IS NOT NULL AND reopens IS NULL
  UNION ALL
  SELECT
    chosen.created_date,
    h.from_date AS ops_date,
    IF(h.is_reopening, 1, 0) AS opened,
    IF(h.is_closing, 1, 0) AS closed
  FROM ticket_history AS h
  JOIN chosen ON chosen.ticket_id = h.ticket_id
  WHERE h.is_closing OR h.is_reopening
)

SELECT created_date, ops_date, SUM(opened) AS opened, SUM(closed) AS closed
FROM changes
GROUP BY created_date, ops_date
ORDER BY created_date, ops_date
