-- work_first: the first of the open tickets that rules select, at most @places of them, with their deadlines.
SELECT
  work.rank,
  work.ticket_id,
  work.priority,
  work.category,
  work.agent_id,
  work.customer,
  work.hours_left,
  work.score,
  work.reasons,
  work.action,
  facts.due_at,
  facts.sla_calendar,
  facts.is_paused
FROM work_next AS work
LEFT JOIN fact_tickets AS facts ON facts.ticket_id = work.ticket_id
WHERE work.rank <= @places
ORDER BY work.rank
