-- deadlines: the open tickets whose deadline is in the 24 hours after as_of, the next one first.
-- A paused ticket is not among them: its clock does not run. Nor is a breached one, whose promise can
-- have become longer afterwards.
SELECT ticket_id, priority, category, agent_id, hours_open, hours_left, sla_elapsed, risk_band
FROM ticket_sla_risk
WHERE hours_left > 0 AND hours_left <= 24 AND risk_band NOT IN ('breached', 'paused')
ORDER BY hours_left, ticket_id
