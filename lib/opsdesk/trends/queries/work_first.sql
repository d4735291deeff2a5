-- work_first: the first of the open tickets that rules select, at most @places of them.
-- is_paused is whether a status stops the clock of a ticket; NULL without a log of changes.
SELECT
  w.rank,
  w.ticket_id,
  w.priority,
  w.category,
  w.agent_id,
  w.customer,
  w.hours_left,
  w.score,
  w.reasons,
  w.action,
  t.is_paused
FROM work_next AS w
LEFT JOIN fact_tickets AS t ON t.ticket_id = w.ticket_id
WHERE w.rank <= @places
ORDER BY w.rank
