-- likeliest: the open tickets that are not due yet and most likely to breach, at most @places of them.
SELECT r.ticket_id, f.priority, f.category, r.due_at, r.probability, r.similar_tickets
FROM ticket_breach_risk AS r
JOIN fact_tickets AS f ON f.ticket_id = r.ticket_id
WHERE r.probability IS NOT NULL
ORDER BY r.probability DESC, r.due_at, r.ticket_id
LIMIT @places
