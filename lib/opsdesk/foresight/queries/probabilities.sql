-- probabilities: one row per open ticket that has one.
SELECT ticket_id, probability
FROM ticket_breach_risk
WHERE probability IS NOT NULL
ORDER BY ticket_id
