-- worst: one row per segment of @dimension: deadlines missed from @first_day to @last_day, and
-- stocks at the end of @last_day.
SELECT
  segment,
  SUM(sla_due_missed) AS attainment,
  SUM(CASE WHEN ops_date = @last_day THEN backlog_size ELSE 0 END) AS backlog_size,
  SUM(CASE WHEN ops_date = @last_day THEN past_due ELSE 0 END) AS past_due
FROM segment_daily
WHERE dimension = @dimension AND ops_date BETWEEN @first_day AND @last_day
GROUP BY segment
ORDER BY segment
