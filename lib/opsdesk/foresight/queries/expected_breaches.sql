-- expected_breaches: one row: the open tickets that have a probability, and how many of them are likely to breach.
-- @soon: the end of the next seven days.
SELECT
  COUNT(probability) AS tickets,
  SUM(probability) AS expected,
  COUNT(IF(due_at <= @soon, probability, NULL)) AS tickets_soon,
  SUM(IF(due_at <= @soon, probability, 0)) AS expected_soon
FROM ticket_breach_risk
