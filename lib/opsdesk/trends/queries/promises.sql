-- promises: how many tickets have a deadline, and how many are judged: met or breached.
SELECT
  COUNT(*) AS tickets,
  COUNT(due_at) AS with_target,
  COUNT(sla_breached) AS judged
FROM fact_tickets
