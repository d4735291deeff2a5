-- daily_agent_load: one row per agent and local day on which the agent was assigned, resolved or still held anything.
-- Population: fact_tickets, with the agent as exported, and ticket_history with the agent in force at the time, for the
-- tickets in it. '(unassigned)' is an agent here.
-- Counts are tickets, times are hours.
WITH steps AS (              -- each change of a history, with the agent before it
  SELECT
    ticket_history.*,
    LAG(agent_id) OVER (PARTITION BY ticket_id ORDER BY place) AS former_agent_id
  FROM ticket_history
),

happenings AS (
  SELECT
    agent_id, created_date AS event_date,
    COUNT(*) AS assigned, 0 AS reopened, 0 AS resolved, 0 AS moved_in, 0 AS moved_out,
    COUNTIF(NOT is_resolved) AS open_from_day, 0 AS timed, 0 AS micros, 0 AS breaches
  FROM fact_tickets
  WHERE reopens IS NULL
  GROUP BY agent_id, created_date
  UNION ALL
  SELECT
    agent_id, resolved_date AS event_date,
    0 AS assigned, 0 AS reopened, COUNT(*) AS resolved, 0 AS moved_in, 0 AS moved_out,
    0 AS open_from_day, COUNT(resolution_hours_clean) AS timed,
    SUM(CAST(ROUND(COALESCE(resolution_hours_clean, 0) * 3600000000) AS INT64)) AS micros,
    COUNTIF(sla_state = 'breached') AS breaches
  FROM fact_tickets
  WHERE is_resolved AND reopens IS NULL
  GROUP BY agent_id, resolved_date
  UNION ALL
  SELECT
    steps.agent_id, from_date AS event_date,
    COUNTIF(place = 0) AS assigned, COUNTIF(is_reopening) AS reopened, COUNTIF(is_closing) AS resolved,
    COUNTIF(former_agent_id <> steps.agent_id AND state <> 'closed') AS moved_in, 0 AS moved_out,
    COUNTIF(place = 0 AND NOT is_resolved) AS open_from_day, COUNT(resolution_hours) AS timed,
    SUM(CAST(ROUND(COALESCE(resolution_hours, 0) * 3600000000) AS INT64)) AS micros,
    COUNTIF(judged = 'breached') AS breaches
  FROM steps
  INNER JOIN fact_tickets ON fact_tickets.ticket_id = steps.ticket_id
  WHERE place = 0 OR is_reopening OR is_closing OR (former_agent_id <> steps.agent_id AND state <> 'closed')
  GROUP BY steps.agent_id, from_date
  UNION ALL
  SELECT
    former_agent_id AS agent_id, from_date AS event_date,
    0 AS assigned, 0 AS reopened, 0 AS resolved, 0 AS moved_in, COUNT(*) AS moved_out,
    0 AS open_from_day, 0 AS timed, 0 AS micros, 0 AS breaches
  FROM steps
  WHERE former_agent_id <> agent_id AND state <> 'closed'
  GROUP BY former_agent_id, from_date
),

event_days AS (
  SELECT
    agent_id,
    event_date,
    SUM(assigned) AS assigned,
    SUM(reopened) AS reopened,
    SUM(resolved) AS resolved,
    SUM(moved_in) AS moved_in,
    SUM(moved_out) AS moved_out,
    SUM(open_from_day) AS open_from_day,
    SUM(timed) AS timed,
    SUM(micros) AS micros,
    SUM(breaches) AS breaches
  FROM happenings
  GROUP BY agent_id, event_date
),

balances AS (                -- the stock of an agent, from one event day until the day before the next
  SELECT
    *,
    LEAD(event_date) OVER (PARTITION BY agent_id ORDER BY event_date) AS next_event,
    SUM(assigned + reopened - resolved + moved_in - moved_out) OVER (
      PARTITION BY agent_id ORDER BY event_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS open_tickets
  FROM event_days
),

spans AS (                   -- without stock, only the event day itself
  SELECT
    *,
    CASE
      WHEN open_tickets = 0 THEN event_date
      WHEN next_event IS NULL THEN DATE(@as_of, @timezone)
      ELSE DATE_SUB(next_event, INTERVAL 1 DAY)
    END AS last_day
  FROM balances
)

SELECT
  ops_date,
  agent_id,
  IF(ops_date = event_date, assigned, 0) AS tickets_assigned,
  IF(ops_date = event_date, resolved, 0) AS tickets_resolved,
  IF(ops_date = event_date, SAFE_DIVIDE(micros / 3600000000, timed), NULL) AS avg_resolution_hours,
  IF(ops_date = event_date, breaches, 0) AS sla_breaches,
  IF(ops_date = event_date, open_from_day, 0) AS open_tickets_from_day,
  open_tickets,
  IF(ops_date = event_date, reopened, 0) AS tickets_reopened,
  IF(ops_date = event_date, moved_in, 0) AS moved_in,
  IF(ops_date = event_date, moved_out, 0) AS moved_out
FROM spans
CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(event_date, last_day)) AS ops_date
