-- segment_days: one row per local day and segment of @dimension, from @first_day to @last_day.
-- inflow counts creations and reopenings. moved_in and moved_out are open tickets that changed their
-- segment: backlog_size grows by inflow - outflow + moved_in - moved_out.
SELECT
  ops_date,
  segment,
  created + reopened AS inflow,
  resolved AS outflow,
  moved_in,
  moved_out,
  backlog_size,
  sla_due_tickets,
  sla_due_missed,
  met,
  breached
FROM segment_daily
WHERE dimension = @dimension AND ops_date BETWEEN @first_day AND @last_day
ORDER BY ops_date, segment
