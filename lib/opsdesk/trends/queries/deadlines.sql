-- deadlines: the open tickets whose deadline is in the 24 hours after @as_of, the next one first.
-- These are hours of the wall clock, as in due_by_week; hours_left are hours on the SLA clock.
-- A paused ticket is not among them: its clock does not run. Nor is a breached one, whose promise can
-- have become longer afterwards.
-- Population: tickets with a time of day; the others have no hours left, as in ticket_sla_risk.
SELECT
  risk.ticket_id,
  risk.priority,
  risk.category,
  risk.agent_id,
  risk.hours_open,
  risk.hours_left,
  risk.sla_elapsed,
  risk.risk_band,
  facts.due_at
FROM ticket_sla_risk AS risk
INNER JOIN fact_tickets AS facts ON facts.ticket_id = risk.ticket_id
WHERE risk.hours_left IS NOT NULL
  AND risk.risk_band NOT IN ('breached', 'paused')
  AND facts.due_at > @as_of
  AND facts.due_at <= TIMESTAMP_ADD(@as_of, INTERVAL 24 HOUR)
ORDER BY facts.due_at, risk.ticket_id
