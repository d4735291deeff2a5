-- known: how many tickets have a deadline, how many are judged (met or breached), and how many
-- have a first response whose time of day is known.
SELECT
  COUNT(*) AS tickets,
  COUNT(due_at) AS with_target,
  COUNT(sla_breached) AS judged,
  COUNT(first_response_hours) AS responded
FROM fact_tickets AS t
