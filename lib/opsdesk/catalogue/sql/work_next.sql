-- work_next: one row per open ticket that a rule selects, in the order in which to work on them.
-- Population: the open tickets of fact_tickets that any rule of the run's rules file selects.
-- The rules file fills the three columns of `judged`; the file as it is here has no rule and selects nothing.
WITH desk AS (               -- a column that the export lacks says nothing about any ticket
  SELECT
    COUNTIF(agent_id <> '(unassigned)') > 0 AS knows_agents,
    COUNT(first_response_at) > 0 AS knows_responses
  FROM fact_tickets
),

durations AS (               -- what the tickets resolved in the last 180 days took, in order
  SELECT
    priority,
    category,
    resolution_hours_clean AS hours,
    ROW_NUMBER() OVER (PARTITION BY priority, category ORDER BY resolution_hours_clean) AS place,
    COUNT(*) OVER (PARTITION BY priority, category) AS tickets
  FROM fact_tickets
  WHERE resolved_at > TIMESTAMP_SUB(@as_of, INTERVAL 180 DAY) AND resolution_hours_clean IS NOT NULL
),

limits AS (                  -- p85, in whole numbers: 17 of 20
  SELECT priority, category, MIN(hours) AS slow_hours
  FROM durations
  WHERE place * 20 >= tickets * 17
  GROUP BY priority, category
),

open_tickets AS (            -- what a rule may use: tests keep the list in work/columns.py equal to it
  SELECT
    fact.ticket_id,
    fact.created_at,
    fact.created_date,
    fact.priority,
    fact.category,
    fact.channel,
    fact.customer_tier,
    fact.status,
    fact.agent_id,
    fact.customer,
    fact.subject,
    fact.attributes,
    fact.sla_hours,
    fact.due_at,
    fact.due_date,
    fact.updated_at,
    fact.first_response_at,
    fact.first_response_hours,
    fact.hours_open,
    fact.hours_since_update,
    fact.reopens,
    fact.is_paused,
    risk.hours_left,
    risk.sla_elapsed,
    risk.risk_band,
    risk.is_high_priority,
    risk.day_of_week,
    risk.hour_of_day,
    limits.slow_hours,
    IF(desk.knows_agents, fact.agent_id = '(unassigned)', NULL) AS is_unassigned,
    IF(desk.knows_responses, fact.first_response_at IS NULL, NULL) AS is_unanswered
  FROM fact_tickets AS fact
  INNER JOIN ticket_sla_risk AS risk ON risk.ticket_id = fact.ticket_id
  LEFT JOIN limits ON limits.priority = fact.priority AND limits.category = fact.category
  CROSS JOIN desk
  WHERE NOT fact.is_resolved
),

judged AS (
  SELECT *, 0 AS score, '' AS reasons, '' AS action
  FROM open_tickets
)

SELECT
  ROW_NUMBER() OVER (ORDER BY score DESC, hours_left ASC NULLS LAST, created_at ASC, ticket_id ASC) AS rank,
  ticket_id,
  priority,
  category,
  agent_id,
  customer,
  hours_left,
  score,
  reasons,
  action
FROM judged
WHERE reasons <> ''
