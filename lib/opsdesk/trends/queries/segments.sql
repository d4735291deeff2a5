-- segments: one row per segment, with stocks at the end of @last_day.
-- Flows and deadlines are those of the days after @before. opened is all that came into the segment,
-- resolved all that left it: with a log of changes, tickets that were reopened or moved as well.
SELECT
  dimension,
  segment,
  SUM(created + reopened + moved_in) AS opened,
  SUM(resolved + moved_out) AS resolved,
  SUM(CASE WHEN ops_date = @last_day THEN backlog_size ELSE 0 END) AS open_tickets,
  SUM(CASE WHEN ops_date = @last_day THEN past_due ELSE 0 END) AS past_due,
  SUM(sla_due_tickets) AS sla_due_tickets,
  SUM(sla_due_missed) AS sla_due_missed
FROM segment_daily
WHERE ops_date > @before
GROUP BY dimension, segment
ORDER BY dimension, open_tickets DESC, segment
