-- segment_days: one row per local day and segment of @dimension, from @first_day to @last_day.
SELECT
  ops_date,
  segment,
  created,
  resolved,
  backlog_size,
  sla_due_tickets,
  sla_due_missed,
  met,
  breached
FROM segment_daily
WHERE dimension = @dimension AND ops_date BETWEEN @first_day AND @last_day
ORDER BY ops_date, segment
