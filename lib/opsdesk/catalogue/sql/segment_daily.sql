-- segment_daily: one row per local day and segment, for each dimension: priority, category, channel, customer_tier, team, attributes.
-- Population: fact_tickets, with its values; ticket_history with those in force, for the tickets in it. Every day from the segment's first created_date to the day of @as_of is there.
-- Sums are made of the days on which anything happened; the days between are filled in last, row by row.
-- team needs an agents file or a log that names teams; it is '(none)' for an agent without team, not in the file, or unassigned.
-- An attribute is '(none)' for a ticket without it, so that its segments add up to all tickets.
WITH teams AS (
  SELECT agent_id, COALESCE(team, '(none)') AS team
  FROM dim_agents
),

combinations AS (            -- few or none, where tickets are many
  SELECT attributes
  FROM fact_tickets
  WHERE attributes IS NOT NULL
  GROUP BY attributes
),

pairs AS (                   -- "name":"value"; in both a quote is \u0022 and a backslash \u005c
  SELECT
    combinations.attributes,
    REGEXP_EXTRACT(pair, '^"([^"]*)"') AS attribute,
    REGEXP_EXTRACT(pair, ':"([^"]*)"$') AS escaped
  FROM combinations
  CROSS JOIN UNNEST(REGEXP_EXTRACT_ALL(attributes, '"[^"]*":"[^"]*"')) AS pair
),

texts AS (                   -- the backslash comes last: it begins every escape
  SELECT
    attributes,
    attribute,
    REPLACE(
      REPLACE(REPLACE(REPLACE(REPLACE(escaped, '\\u000a', '\n'), '\\u000d', '\r'), '\\u0009', '\t'), '\\u0022', '"'),
      '\\u005c', '\\'
    ) AS segment
  FROM pairs
),

attributed AS (              -- the segment of each attribute, for each combination
  SELECT
    combinations.attributes,
    dim_attributes.attribute AS dimension,
    COALESCE(texts.segment, '(none)') AS segment
  FROM combinations
  CROSS JOIN dim_attributes
  LEFT JOIN texts
    ON texts.attributes = combinations.attributes
    AND texts.attribute = dim_attributes.attribute
),

tickets AS (                 -- those without a history: what they are now, they always were
  SELECT 'priority' AS dimension, priority AS segment, created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  WHERE reopens IS NULL
  UNION ALL
  SELECT 'category' AS dimension, category AS segment, created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  WHERE reopens IS NULL
  UNION ALL
  SELECT 'channel' AS dimension, channel AS segment, created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  WHERE reopens IS NULL
  UNION ALL
  SELECT 'customer_tier' AS dimension, customer_tier AS segment, created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  WHERE reopens IS NULL
  UNION ALL
  SELECT
    'team' AS dimension, COALESCE(teams.team, '(none)') AS segment,
    created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  LEFT JOIN teams ON teams.agent_id = fact_tickets.agent_id
  WHERE
    reopens IS NULL
    AND (EXISTS (SELECT 1 FROM dim_agents) OR EXISTS (SELECT 1 FROM ticket_history WHERE team IS NOT NULL))
  UNION ALL
  SELECT dimension, segment, created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  INNER JOIN attributed ON attributed.attributes = fact_tickets.attributes
  WHERE reopens IS NULL
  UNION ALL
  SELECT attribute AS dimension, '(none)' AS segment, created_date, resolved_date, due_date, due_at, sla_state
  FROM fact_tickets
  CROSS JOIN dim_attributes
  WHERE fact_tickets.attributes IS NULL AND reopens IS NULL
),

in_teams AS (
  SELECT ticket_history.*, COALESCE(ticket_history.team, teams.team, '(none)') AS team_in_force
  FROM ticket_history
  LEFT JOIN teams ON teams.agent_id = ticket_history.agent_id
),

steps AS (                   -- each change of a history, with what it changed from
  SELECT
    *,
    LAG(priority) OVER (PARTITION BY ticket_id ORDER BY place) AS former_priority,
    LAG(team_in_force) OVER (PARTITION BY ticket_id ORDER BY place) AS former_team
  FROM in_teams
),

lasting AS (                 -- the segments that a ticket never leaves
  SELECT ticket_id, 'category' AS dimension, category AS segment
  FROM fact_tickets
  WHERE reopens IS NOT NULL
  UNION ALL
  SELECT ticket_id, 'channel' AS dimension, channel AS segment
  FROM fact_tickets
  WHERE reopens IS NOT NULL
  UNION ALL
  SELECT ticket_id, 'customer_tier' AS dimension, customer_tier AS segment
  FROM fact_tickets
  WHERE reopens IS NOT NULL
  UNION ALL
  SELECT ticket_id, dimension, segment
  FROM fact_tickets
  INNER JOIN attributed ON attributed.attributes = fact_tickets.attributes
  WHERE reopens IS NOT NULL
  UNION ALL
  SELECT ticket_id, attribute AS dimension, '(none)' AS segment
  FROM fact_tickets
  CROSS JOIN dim_attributes
  WHERE fact_tickets.attributes IS NULL AND reopens IS NOT NULL
),

moves AS (                   -- the segment that a change led to, and the one that it led from
  SELECT
    'priority' AS dimension, priority AS segment, former_priority AS former_segment, from_date, place, state,
    is_closing, is_reopening, is_past_due, judged, missed_date, kept_date
  FROM steps
  UNION ALL
  SELECT
    'team' AS dimension, team_in_force AS segment, former_team AS former_segment, from_date, place, state,
    is_closing, is_reopening, is_past_due, judged, missed_date, kept_date
  FROM steps
  WHERE EXISTS (SELECT 1 FROM dim_agents) OR EXISTS (SELECT 1 FROM ticket_history WHERE team IS NOT NULL)
  UNION ALL
  SELECT
    dimension, segment, segment AS former_segment, from_date, place, state,
    is_closing, is_reopening, is_past_due, judged, missed_date, kept_date
  FROM ticket_history
  INNER JOIN lasting ON lasting.ticket_id = ticket_history.ticket_id
),

events AS (                  -- at most seven rows per segment and day
  SELECT
    dimension, segment, created_date AS ops_date,
    COUNT(*) AS created, 0 AS reopened, 0 AS resolved, 0 AS met, 0 AS breached, 0 AS moved_in, 0 AS moved_out,
    0 AS left_past_due, 0 AS due, 0 AS missed
  FROM tickets
  GROUP BY dimension, segment, created_date
  UNION ALL
  SELECT
    dimension, segment, resolved_date AS ops_date,
    0 AS created, 0 AS reopened, COUNT(*) AS resolved, COUNTIF(sla_state = 'met') AS met,
    COUNTIF(sla_state = 'breached') AS breached, 0 AS moved_in, 0 AS moved_out,
    COUNTIF(sla_state = 'breached' AND due_at IS NOT NULL) AS left_past_due, 0 AS due, 0 AS missed
  FROM tickets
  WHERE resolved_date IS NOT NULL
  GROUP BY dimension, segment, resolved_date
  UNION ALL
  SELECT
    dimension, segment, due_date AS ops_date,
    0 AS created, 0 AS reopened, 0 AS resolved, 0 AS met, 0 AS breached, 0 AS moved_in, 0 AS moved_out,
    0 AS left_past_due, COUNT(*) AS due, COUNTIF(sla_state = 'breached') AS missed
  FROM tickets
  WHERE due_at <= @as_of
  GROUP BY dimension, segment, due_date
  UNION ALL
  SELECT
    dimension, segment, from_date AS ops_date,
    COUNTIF(place = 0) AS created, COUNTIF(is_reopening) AS reopened, COUNTIF(is_closing) AS resolved,
    COUNTIF(judged = 'met') AS met, COUNTIF(judged = 'breached') AS breached,
    COUNTIF(former_segment <> segment AND state <> 'closed') AS moved_in, 0 AS moved_out,
    COUNTIF(is_closing AND is_past_due) - COUNTIF(is_reopening AND is_past_due)
    - COUNTIF(former_segment <> segment AND state <> 'closed' AND is_past_due) AS left_past_due,
    0 AS due, 0 AS missed
  FROM moves
  WHERE place = 0 OR is_reopening OR is_closing OR (former_segment <> segment AND state <> 'closed')
  GROUP BY dimension, segment, from_date
  UNION ALL
  SELECT
    dimension, former_segment AS segment, from_date AS ops_date,
    0 AS created, 0 AS reopened, 0 AS resolved, 0 AS met, 0 AS breached, 0 AS moved_in, COUNT(*) AS moved_out,
    COUNTIF(is_past_due) AS left_past_due, 0 AS due, 0 AS missed
  FROM moves
  WHERE former_segment <> segment AND state <> 'closed'
  GROUP BY dimension, former_segment, from_date
  UNION ALL
  SELECT
    dimension, segment, missed_date AS ops_date,
    0 AS created, 0 AS reopened, 0 AS resolved, 0 AS met, 0 AS breached, 0 AS moved_in, 0 AS moved_out,
    0 AS left_past_due, COUNT(*) AS due, COUNT(*) AS missed
  FROM moves
  WHERE missed_date IS NOT NULL
  GROUP BY dimension, segment, missed_date
  UNION ALL
  SELECT
    dimension, segment, kept_date AS ops_date,
    0 AS created, 0 AS reopened, 0 AS resolved, 0 AS met, 0 AS breached, 0 AS moved_in, 0 AS moved_out,
    0 AS left_past_due, COUNT(*) AS due, 0 AS missed
  FROM moves
  WHERE kept_date IS NOT NULL
  GROUP BY dimension, segment, kept_date
),

changes AS (                 -- one row per segment and day on which anything happened
  SELECT
    dimension,
    segment,
    ops_date AS change_date,
    SUM(created) AS created,
    SUM(reopened) AS reopened,
    SUM(resolved) AS resolved,
    SUM(met) AS met,
    SUM(breached) AS breached,
    SUM(moved_in) AS moved_in,
    SUM(moved_out) AS moved_out,
    SUM(left_past_due) AS left_past_due,
    SUM(due) AS due,
    SUM(missed) AS missed
  FROM events
  GROUP BY dimension, segment, ops_date
),

balances AS (                -- the stocks from change_date until the day before next_change
  SELECT
    dimension,
    segment,
    change_date,
    LEAD(change_date) OVER (PARTITION BY dimension, segment ORDER BY change_date) AS next_change,
    created,
    resolved,
    SUM(created + reopened - resolved + moved_in - moved_out) OVER (
      PARTITION BY dimension, segment ORDER BY change_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS backlog_size,
    SUM(missed - left_past_due) OVER (
      PARTITION BY dimension, segment ORDER BY change_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS past_due,
    due,
    missed,
    met,
    breached,
    reopened,
    moved_in,
    moved_out
  FROM changes
),

spans AS (
  SELECT
    dimension,
    segment,
    change_date,
    COALESCE(DATE_SUB(next_change, INTERVAL 1 DAY), DATE(@as_of, @timezone)) AS last_day,
    created,
    resolved,
    backlog_size,
    past_due,
    due,
    missed,
    met,
    breached,
    reopened,
    moved_in,
    moved_out
  FROM balances
)

SELECT
  ops_date,
  dimension,
  segment,
  IF(ops_date = change_date, created, 0) AS created,
  IF(ops_date = change_date, resolved, 0) AS resolved,
  backlog_size,
  past_due,
  IF(ops_date = change_date, due, 0) AS sla_due_tickets,
  IF(ops_date = change_date, missed, 0) AS sla_due_missed,
  IF(ops_date = change_date, met, 0) AS met,
  IF(ops_date = change_date, breached, 0) AS breached,
  IF(ops_date = change_date, reopened, 0) AS reopened,
  IF(ops_date = change_date, moved_in, 0) AS moved_in,
  IF(ops_date = change_date, moved_out, 0) AS moved_out
FROM spans
CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(change_date, last_day)) AS ops_date
