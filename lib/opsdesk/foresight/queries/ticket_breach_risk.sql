-- ticket_breach_risk (after breach_odds with @as_of as its only origin): one row per open ticket that is not due yet.
-- @is_proven: the back-test was better than the simple rule.
, explained AS (
  SELECT
    f.ticket_id,
    f.due_at,
    odds.millionths,
    odds.similar_tickets,
    CASE
      WHEN f.due_at > TIMESTAMP_ADD(@as_of, INTERVAL 28 DAY) THEN 'due_later'
      WHEN (SELECT MAX(tickets) FROM fitted) < 200 THEN 'too_few'
      WHEN NOT @is_proven THEN 'not_proven'
      WHEN odds.millionths IS NULL THEN 'no_time'
      ELSE 'curve'
    END AS basis
  FROM fact_tickets AS f
  LEFT JOIN odds ON odds.ticket_id = f.ticket_id
  WHERE NOT f.is_resolved AND f.due_at > @as_of
)

SELECT
  ticket_id,
  IF(basis = 'curve', millionths / 1000000, NULL) AS probability,
  due_at,
  basis,
  IF(basis = 'curve', similar_tickets, NULL) AS similar_tickets
FROM explained
