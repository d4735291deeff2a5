-- features_daily: one row per local day, quiet days included: what arrived, what was resolved, how the SLA was kept.
-- Population: fact_tickets, and ticket_history for the tickets in it. A day runs from local midnight to local midnight, the last one ends at @as_of.
-- Counts are tickets, times are hours, rates are fractions from 0 to 1 and NULL when there is nothing to divide by.
WITH days AS (
  SELECT ops_date
  FROM (SELECT MIN(created_date) AS first_day FROM fact_tickets) AS bounds
  CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(first_day, DATE(@as_of, @timezone))) AS ops_date
),

created AS (
  SELECT created_date AS ops_date, COUNT(*) AS tickets
  FROM fact_tickets
  GROUP BY created_date
),

closings AS (                -- one per resolved ticket, or as many as its history has
  SELECT
    resolved_date AS ops_date,
    resolution_hours_clean AS hours,
    sla_state AS judged,
    sla_state = 'breached' AND due_at IS NOT NULL AS was_past_due
  FROM fact_tickets
  WHERE is_resolved AND reopens IS NULL
  UNION ALL
  SELECT from_date AS ops_date, resolution_hours AS hours, judged, is_past_due AS was_past_due
  FROM ticket_history
  WHERE is_closing
),

resolved AS (
  SELECT
    ops_date,
    COUNT(*) AS tickets,
    COUNT(hours) AS timed,
    -- whole microseconds are added and divided last: the same mean in whatever order they are added
    SUM(CAST(ROUND(COALESCE(hours, 0) * 3600000000) AS INT64)) AS micros,
    COUNTIF(judged = 'met') AS met,
    COUNTIF(judged = 'breached') AS breached,
    COUNTIF(was_past_due) AS past_due
  FROM closings
  GROUP BY ops_date
),

reopened AS (
  SELECT from_date AS ops_date, COUNT(*) AS tickets, COUNTIF(is_past_due) AS past_due
  FROM ticket_history
  WHERE is_reopening
  GROUP BY from_date
),

responded AS (
  SELECT first_response_date AS ops_date, COUNT(*) AS tickets
  FROM fact_tickets
  WHERE first_response_date IS NOT NULL
  GROUP BY first_response_date
),

timed AS (                   -- what took how long: the way to a resolution, and that to a first response
  SELECT
    'resolution' AS event,
    ops_date,
    hours,
    CAST(FLOOR(hours) AS INT64) AS whole_hours
  FROM closings
  WHERE hours IS NOT NULL
  UNION ALL
  SELECT
    'response' AS event,
    first_response_date AS ops_date,
    first_response_hours AS hours,
    CAST(FLOOR(first_response_hours) AS INT64) AS whole_hours
  FROM fact_tickets
  WHERE first_response_hours IS NOT NULL
),

hours AS (
  SELECT event, ops_date, whole_hours, COUNT(*) AS tickets
  FROM timed
  GROUP BY event, ops_date, whole_hours
),

cumulated_hours AS (
  SELECT
    event,
    ops_date,
    whole_hours,
    tickets,
    SUM(tickets) OVER (
      PARTITION BY event, ops_date ORDER BY whole_hours ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS running,
    SUM(tickets) OVER (PARTITION BY event, ops_date) AS total
  FROM hours
),

percentile_hours AS (        -- the whole hours in which the median and the 90th percentile lie
  SELECT event, ops_date, whole_hours, running - tickets AS quicker, total
  FROM cumulated_hours
  WHERE
    -- in whole numbers (2 x running >= total, not running >= 0.5 x total): exact everywhere
    (running * 2 >= total AND (running - tickets) * 2 < total)
    OR (running * 10 >= total * 9 AND (running - tickets) * 10 < total * 9)
),

ranked AS (                  -- only the tickets of those hours need to be put in order
  SELECT
    timed.event,
    timed.ops_date,
    timed.hours,
    percentile_hours.total,
    percentile_hours.quicker
    + ROW_NUMBER() OVER (
      PARTITION BY timed.event, timed.ops_date, timed.whole_hours ORDER BY timed.hours
    ) AS position
  FROM timed
  INNER JOIN percentile_hours
    ON percentile_hours.event = timed.event
    AND percentile_hours.ops_date = timed.ops_date
    AND percentile_hours.whole_hours = timed.whole_hours
),

percentiles AS (             -- the smallest value whose share of the tickets is at least q
  SELECT
    ops_date,
    MIN(IF(event = 'resolution' AND position * 2 >= total, hours, NULL)) AS median_tat,
    MIN(IF(event = 'resolution' AND position * 10 >= total * 9, hours, NULL)) AS p90_tat,
    MIN(IF(event = 'response' AND position * 2 >= total, hours, NULL)) AS median_first_response,
    MIN(IF(event = 'response' AND position * 10 >= total * 9, hours, NULL)) AS p90_first_response
  FROM ranked
  GROUP BY ops_date
),

deadlines AS (               -- a ticket that is due is missed when it was unresolved at that moment
  SELECT due_date AS ops_date, sla_state = 'breached' AS is_missed
  FROM fact_tickets
  WHERE due_at <= @as_of AND reopens IS NULL
  UNION ALL
  SELECT missed_date AS ops_date, TRUE AS is_missed
  FROM ticket_history
  WHERE missed_date IS NOT NULL
  UNION ALL
  SELECT kept_date AS ops_date, FALSE AS is_missed
  FROM ticket_history
  WHERE kept_date IS NOT NULL
),

due AS (
  SELECT ops_date, COUNT(*) AS tickets, COUNTIF(is_missed) AS missed
  FROM deadlines
  GROUP BY ops_date
),

counted AS (
  SELECT
    days.ops_date,
    COALESCE(created.tickets, 0) AS total_tickets,
    COALESCE(resolved.tickets, 0) AS resolved_tickets,
    SAFE_DIVIDE(resolved.micros / 3600000000, resolved.timed) AS avg_tat,
    SAFE_DIVIDE(resolved.breached, resolved.met + resolved.breached) AS sla_breach_rate,
    percentiles.median_tat,
    percentiles.p90_tat,
    COALESCE(due.tickets, 0) AS sla_due_tickets,
    COALESCE(due.missed, 0) AS sla_due_missed,
    COALESCE(resolved.past_due, 0) AS resolved_past_due,
    COALESCE(reopened.tickets, 0) AS reopened_tickets,
    COALESCE(reopened.past_due, 0) AS reopened_past_due,
    COALESCE(responded.tickets, 0) AS first_responses,
    percentiles.median_first_response,
    percentiles.p90_first_response,
    COALESCE(resolved.met, 0) AS met,
    COALESCE(resolved.breached, 0) AS breached
  FROM days
  LEFT JOIN created ON created.ops_date = days.ops_date
  LEFT JOIN resolved ON resolved.ops_date = days.ops_date
  LEFT JOIN reopened ON reopened.ops_date = days.ops_date
  LEFT JOIN responded ON responded.ops_date = days.ops_date
  LEFT JOIN percentiles ON percentiles.ops_date = days.ops_date
  LEFT JOIN due ON due.ops_date = days.ops_date
)

SELECT
  ops_date,
  total_tickets,
  resolved_tickets,
  SUM(total_tickets + reopened_tickets - resolved_tickets) OVER (
    ORDER BY ops_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS open_tickets,
  avg_tat,
  sla_breach_rate,
  median_tat,
  p90_tat,
  sla_due_tickets,
  sla_due_missed,
  1 - SAFE_DIVIDE(sla_due_missed, sla_due_tickets) AS sla_attainment,
  -- a missed ticket is past due from the day it was due to the day before it was resolved, and again when it is reopened
  SUM(sla_due_missed - resolved_past_due + reopened_past_due) OVER (
    ORDER BY ops_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS past_due_tickets,
  first_responses,
  median_first_response,
  p90_first_response,
  met,
  breached,
  reopened_tickets
FROM counted
