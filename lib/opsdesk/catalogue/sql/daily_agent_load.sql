-- daily_agent_load: one row per agent and local day on which the agent was assigned, resolved or still held anything.
-- Population: fact_tickets, with the agent as exported (not the one in force at the time); '(unassigned)' is an agent here.
-- Counts are tickets, times are hours.
WITH created AS (
  SELECT agent_id, created_date AS event_date, COUNT(*) AS assigned, COUNTIF(NOT is_resolved) AS open_from_day
  FROM fact_tickets
  GROUP BY agent_id, created_date
),

resolved AS (
  SELECT
    agent_id, resolved_date AS event_date,
    COUNT(*) AS resolved, COUNT(resolution_hours_clean) AS timed,
    SUM(IF(resolution_hours_clean IS NULL, 0, TIMESTAMP_DIFF(resolved_at, created_at, MICROSECOND))) AS micros,
    COUNTIF(sla_state = 'breached') AS breaches
  FROM fact_tickets
  WHERE is_resolved
  GROUP BY agent_id, resolved_date
),

event_days AS (
  SELECT
    COALESCE(created.agent_id, resolved.agent_id) AS agent_id,
    COALESCE(created.event_date, resolved.event_date) AS event_date,
    COALESCE(assigned, 0) AS assigned,
    COALESCE(open_from_day, 0) AS open_from_day,
    COALESCE(resolved.resolved, 0) AS resolved,
    timed,
    micros,
    COALESCE(breaches, 0) AS breaches
  FROM created
  FULL JOIN resolved ON resolved.agent_id = created.agent_id AND resolved.event_date = created.event_date
),

balances AS (                -- the stock of an agent, from one event day until the day before the next
  SELECT
    *,
    LEAD(event_date) OVER (PARTITION BY agent_id ORDER BY event_date) AS next_event,
    SUM(assigned - resolved) OVER (
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
  open_tickets
FROM spans
CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(event_date, last_day)) AS ops_date
