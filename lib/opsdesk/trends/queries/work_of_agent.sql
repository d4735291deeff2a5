-- work_of_agent: the open tickets of one agent that rules select, the first to work on first.
SELECT rank, ticket_id, priority, category, agent_id, customer, hours_left, score, reasons, action
FROM work_next
WHERE agent_id = @agent
ORDER BY rank
