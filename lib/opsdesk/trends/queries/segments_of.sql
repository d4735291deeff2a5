-- segments_of: one row per segment of @dimension: its tickets, and how many of them are open at the
-- end of the last day. The segment with most open tickets comes first.
WITH ends AS (
  SELECT MAX(ops_date) AS last_day
  FROM backlog_daily
)

SELECT
  segment,
  SUM(created) AS tickets,
  SUM(IF(ops_date = last_day, backlog_size, 0)) AS open_tickets
FROM segment_daily
CROSS JOIN ends
WHERE dimension = @dimension
GROUP BY segment
ORDER BY open_tickets DESC, tickets DESC, segment
