-- histories_by_week: one row per week, where any ticket has a history. Week 0 ends with @last_day.
-- closings and reopened are those of all tickets. The rest is of the tickets with a history that were
-- closed in the week: each row of a history belongs to the closing that comes next, so that no hour
-- and no reassignment counts twice. Hours are those of the ticket's calendar.
WITH placed AS (
  SELECT
    ticket_id,
    place,
    state,
    is_closing,
    CAST(ROUND(clock_hours_passed * 3600000000) AS INT64) AS micros,
    -- the first agent is no reassignment
    is_assignment AND COALESCE(
      SUM(IF(is_assignment, 1, 0)) OVER (
        PARTITION BY ticket_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) > 0 AS is_reassignment,
    MIN(IF(is_closing, from_date, NULL)) OVER (
      PARTITION BY ticket_id ORDER BY place ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS closed_date
  FROM ticket_history
),

logged AS (
  SELECT
    DIV(DATE_DIFF(@last_day, closed_date, DAY), 7) AS week,
    SUM(IF(is_closing, 1, 0)) AS closings,
    SUM(IF(state = 'open', micros, 0)) AS micros_with_us,
    SUM(IF(state = 'paused', micros, 0)) AS micros_with_customer,
    SUM(IF(is_reassignment, 1, 0)) AS reassignments
  FROM placed
  WHERE closed_date <= @last_day
  GROUP BY week
),

flows AS (
  SELECT
    DIV(DATE_DIFF(@last_day, ops_date, DAY), 7) AS week,
    SUM(resolved_tickets) AS closings,
    SUM(reopened_tickets) AS reopened
  FROM features_daily
  WHERE ops_date <= @last_day
  GROUP BY week
)

SELECT
  flows.week,
  flows.closings,
  flows.reopened,
  logged.closings AS logged_closings,
  logged.micros_with_us / 3600000000 AS hours_with_us,
  logged.micros_with_customer / 3600000000 AS hours_with_customer,
  logged.reassignments
FROM flows
LEFT JOIN logged ON logged.week = flows.week
WHERE EXISTS (SELECT 1 FROM ticket_history)
ORDER BY flows.week
