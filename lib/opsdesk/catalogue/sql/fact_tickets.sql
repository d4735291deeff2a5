-- fact_tickets: one row per ticket, as it was known at @as_of.
-- Population: the newest version of every ticket created at or before @as_of. What happened after @as_of is not known yet.
-- Dates are days in @timezone, instants are UTC. Hours are elapsed hours, but for those on the SLA clock: they are the
-- open hours of the ticket's calendar in dim_calendar, and elapsed hours where it has none.
-- A ticket in ticket_history has the values, the end and the promise that follow from its changes.
WITH
-- part: promised_tickets

until_now AS (               -- what its clock has run from the creation of a ticket until its resolution, or @as_of
  SELECT
    promised_tickets.*,
    IF(
      promised_tickets.sla_calendar IS NULL,
      TIMESTAMP_DIFF(COALESCE(promised_tickets.resolved_at, @as_of), promised_tickets.created_at, MICROSECOND),
      (until_in.open_seconds_before - promised_tickets.clock_created) * 1000000
      + IF(
        until_in.is_open,
        TIMESTAMP_DIFF(COALESCE(promised_tickets.resolved_at, @as_of), until_in.starts_at, MICROSECOND),
        0
      )
    ) AS clock_micros
  FROM promised_tickets
  LEFT JOIN stretch_days AS until_in
    ON until_in.calendar = promised_tickets.sla_calendar
    AND until_in.day_number = DIV(UNIX_MICROS(COALESCE(promised_tickets.resolved_at, @as_of)), 86400000000)
    AND until_in.starts_at <= COALESCE(promised_tickets.resolved_at, @as_of)
    AND until_in.ends_at > COALESCE(promised_tickets.resolved_at, @as_of)
),

happened AS (                -- what the changes of a ticket amount to
  SELECT
    ticket_id,
    COUNTIF(is_reopening) AS reopens,
    COUNTIF(is_assignment) AS assignments,
    MIN(IF(is_closing, from_at, NULL)) AS first_resolved_at,
    MAX(IF(is_closing, from_at, NULL)) AS last_closed_at,
    -- whole microseconds are added and divided last: the same hours in whatever order they are added
    SUM(IF(state = 'paused', CAST(ROUND(clock_hours_passed * 3600000000) AS INT64), 0)) / 3600000000 AS paused_hours,
    MAX(IF(missed_date IS NOT NULL, sla_clock_hours, NULL)) AS broken_clock_hours,
    MAX(log_issues) AS log_issues
  FROM ticket_history
  GROUP BY ticket_id
),

replayed AS (                -- the row of its history that is in force, where a ticket has one
  SELECT
    until_now.ticket_id,
    created_at,
    CASE
      WHEN happened.ticket_id IS NULL THEN until_now.resolved_at
      WHEN in_force.state <> 'closed' THEN NULL
      WHEN last_closed_at = created_at AND exported_resolved_at < created_at THEN exported_resolved_at
      ELSE last_closed_at
    END AS resolved_at,
    IF(happened.ticket_id IS NULL, until_now.sla_hours, in_force.sla_hours) AS sla_hours,
    exported_flag,
    is_judged_by_flag,
    is_date_only,
    COALESCE(in_force.priority, until_now.priority) AS priority,
    category,
    channel,
    customer_tier,
    COALESCE(in_force.status, until_now.status) AS status,
    COALESCE(in_force.agent_id, until_now.agent_id) AS agent_id,
    updated_at,
    first_response_at,
    customer,
    subject,
    attributes,
    sla_calendar,
    IF(happened.ticket_id IS NULL, until_now.due_at, COALESCE(in_force.breached_at, in_force.due_at)) AS due_at,
    CASE
      WHEN happened.ticket_id IS NULL THEN promised_seconds / 3600
      -- a broken promise is not healed by a longer one
      WHEN broken_clock_hours < in_force.sla_clock_hours THEN broken_clock_hours
      ELSE in_force.sla_clock_hours
    END AS sla_clock_hours,
    IF(
      happened.ticket_id IS NULL,
      clock_micros / 3600000000,
      in_force.clock_hours_used + IF(in_force.state = 'open', in_force.clock_hours_passed, 0)
    ) AS clock_hours,
    in_force.state,
    in_force.breached_at IS NOT NULL AS is_breached,
    in_force.team,
    happened.reopens,
    happened.assignments,
    happened.first_resolved_at,
    happened.paused_hours,
    happened.log_issues
  FROM until_now
  LEFT JOIN happened ON happened.ticket_id = until_now.ticket_id
  LEFT JOIN ticket_history AS in_force
    ON in_force.ticket_id = until_now.ticket_id
    AND in_force.until_at IS NULL
),

judged AS (
  SELECT
    *,
    CASE
      WHEN is_judged_by_flag AND resolved_at IS NOT NULL AND exported_flag THEN 'breached'
      WHEN is_judged_by_flag AND resolved_at IS NOT NULL AND NOT exported_flag THEN 'met'
      WHEN due_at IS NULL THEN 'no_target'
      WHEN is_breached THEN 'breached'
      WHEN state = 'closed' THEN 'met'
      WHEN state IN ('open', 'paused') THEN IF(state = 'paused', 'paused', 'pending')
      WHEN resolved_at <= due_at THEN 'met'
      WHEN resolved_at > due_at OR due_at <= @as_of THEN 'breached'
      ELSE 'pending'
    END AS sla_state
  FROM replayed
),

dated AS (
  SELECT
    *,
    DATE(created_at, @timezone) AS created_date,
    DATE(resolved_at, @timezone) AS resolved_wall_date,
    DATE(due_at, @timezone) AS due_date,
    -- a first response before the ticket was created counts as given at once
    IF(first_response_at < created_at, created_at, first_response_at) AS responded_at
  FROM judged
)

SELECT
  ticket_id,
  created_at,
  resolved_at,
  created_date,
  -- a ticket resolved before it was created counts as resolved on its first day
  IF(resolved_wall_date < created_date, created_date, resolved_wall_date) AS resolved_date,
  resolved_at IS NOT NULL AS is_resolved,
  IF(
    resolved_at >= created_at AND NOT is_date_only,
    TIMESTAMP_DIFF(resolved_at, created_at, MICROSECOND) / 3600000000,
    NULL
  ) AS resolution_hours_clean,
  sla_hours,
  CASE sla_state WHEN 'breached' THEN TRUE WHEN 'met' THEN FALSE END AS sla_breached,
  priority,
  category,
  channel,
  customer_tier,
  status,
  agent_id,
  updated_at,
  first_response_at,
  customer,
  subject,
  attributes,
  due_at,
  due_date,
  sla_state,
  IF(sla_state = 'breached', due_at, NULL) AS breached_at,
  IF(
    resolved_at IS NULL AND NOT is_date_only,
    TIMESTAMP_DIFF(@as_of, created_at, MICROSECOND) / 3600000000,
    NULL
  ) AS hours_open,
  DATE(responded_at, @timezone) AS first_response_date,
  IF(
    is_date_only,
    NULL,
    TIMESTAMP_DIFF(responded_at, created_at, MICROSECOND) / 3600000000
  ) AS first_response_hours,
  IF(
    resolved_at IS NULL,
    TIMESTAMP_DIFF(@as_of, updated_at, MICROSECOND) / 3600000000,
    NULL
  ) AS hours_since_update,
  sla_calendar,
  sla_clock_hours,
  IF(resolved_at >= created_at AND NOT is_date_only, clock_hours, NULL) AS business_resolution_hours,
  IF(resolved_at IS NULL AND NOT is_date_only, clock_hours, NULL) AS business_hours_open,
  team AS team_in_force,
  reopens,
  assignments,
  first_resolved_at,
  paused_hours,
  state = 'paused' AS is_paused,
  log_issues
FROM dated
