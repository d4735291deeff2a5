-- arrivals: one row per local weekday and hour in which tickets were opened, from @first_day to
-- @last_day. hour_of_day is NULL for tickets that have a date without a time.
-- Such a ticket has no hours, and its moment is a midnight: in every zone a quarter of an hour.
WITH arrived AS (
  SELECT
    day_of_week,
    IF(
      COALESCE(hours_open, resolution_hours_clean) IS NULL
      AND MOD(UNIX_MICROS(created_at_ts), 900000000) = 0,
      NULL,
      hour_of_day
    ) AS hour_of_day
  FROM ticket_sla_risk
  WHERE created_date BETWEEN @first_day AND @last_day
)

SELECT day_of_week, hour_of_day, COUNT(*) AS tickets
FROM arrived
GROUP BY day_of_week, hour_of_day
ORDER BY day_of_week, hour_of_day
