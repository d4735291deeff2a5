-- target_days: one row per local day: stocks at its end and deadlines on it.
-- Of the whole desk where @dimension is 'all', else of one segment.
SELECT b.ops_date, b.backlog_size, b.past_due, f.sla_due_tickets, f.sla_due_missed
FROM backlog_daily AS b
JOIN features_daily AS f ON f.ops_date = b.ops_date
WHERE @dimension = 'all'
UNION ALL
SELECT ops_date, backlog_size, past_due, sla_due_tickets, sla_due_missed
FROM segment_daily
WHERE dimension = @dimension AND segment = @segment
ORDER BY ops_date
