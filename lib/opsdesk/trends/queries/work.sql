-- work: the open tickets that rules select, the first to work on first.
SELECT rank, ticket_id, priority, category, agent_id, customer, hours_left, score, reasons, action
FROM work_next
ORDER BY rank
