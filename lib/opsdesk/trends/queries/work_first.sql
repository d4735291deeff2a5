-- work_first: the first of the open tickets that rules select, at most @places of them.
SELECT rank, ticket_id, priority, category, agent_id, customer, hours_left, score, reasons, action
FROM work_next
WHERE rank <= @places
ORDER BY rank
