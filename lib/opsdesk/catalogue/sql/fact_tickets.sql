-- fact_tickets: one row per ticket, as it was known at @as_of.
-- Population: the newest version of every ticket created at or before @as_of. What happened after @as_of is not known yet.
-- Dates are days in @timezone, instants are UTC, hours are elapsed hours.
WITH repeated AS (           -- few or none, so that only their versions need to be put in order
  SELECT ticket_id
  FROM tickets_raw
  GROUP BY ticket_id
  HAVING COUNT(*) > 1
),

ranked_versions AS (
  SELECT
    versions.*,
    ROW_NUMBER() OVER (
      PARTITION BY versions.ticket_id
      ORDER BY
        versions._ingestion_ts DESC, versions._source_file DESC,
        -- two versions of one load: the same choice every time
        versions.created_at DESC, versions.resolved_at DESC, versions.sla_hours DESC, versions.sla_breached DESC,
        versions.status DESC, versions.priority DESC, versions.category DESC, versions.channel DESC,
        versions.customer_tier DESC, versions.agent_id DESC, versions.updated_at DESC,
        versions.first_response_at DESC, versions.customer DESC, versions.subject DESC,
        versions.attributes DESC, versions._issues DESC
    ) AS version_rank
  FROM tickets_raw AS versions
  INNER JOIN repeated ON repeated.ticket_id = versions.ticket_id
),

newest AS (                  -- first the newest version, then the population: an outdated created_at never counts
  SELECT
    ticket_id, created_at, resolved_at, sla_hours, sla_breached,
    priority, category, channel, customer_tier, status, agent_id,
    updated_at, first_response_at, customer, subject, attributes, _issues
  FROM tickets_raw
  WHERE NOT EXISTS (SELECT 1 FROM repeated WHERE repeated.ticket_id = tickets_raw.ticket_id)
  UNION ALL
  SELECT
    ticket_id, created_at, resolved_at, sla_hours, sla_breached,
    priority, category, channel, customer_tier, status, agent_id,
    updated_at, first_response_at, customer, subject, attributes, _issues
  FROM ranked_versions
  WHERE version_rank = 1
),

known AS (
  SELECT
    ticket_id,
    created_at,
    IF(resolved_at <= @as_of, resolved_at, NULL) AS resolved_at,
    sla_hours,
    sla_breached AS exported_flag,
    COALESCE(CONCAT(';', _issues, ';') LIKE '%;judged_by_flag;%', FALSE) AS is_judged_by_flag,
    COALESCE(CONCAT(';', _issues, ';') LIKE '%;date_only;%', FALSE) AS is_date_only,
    COALESCE(priority, '(none)') AS priority,
    COALESCE(category, '(none)') AS category,
    COALESCE(channel, '(none)') AS channel,
    COALESCE(customer_tier, '(none)') AS customer_tier,
    COALESCE(status, '(none)') AS status,
    COALESCE(agent_id, '(unassigned)') AS agent_id,
    IF(updated_at <= @as_of, updated_at, NULL) AS updated_at,
    IF(first_response_at <= @as_of, first_response_at, NULL) AS first_response_at,
    COALESCE(customer, '(none)') AS customer,
    subject,
    attributes
  FROM newest
  WHERE created_at <= @as_of
),

due AS (
  SELECT
    *,
    IF(
      is_judged_by_flag,
      NULL,
      -- ROUND: half a second counts as a whole one
      TIMESTAMP_ADD(created_at, INTERVAL CAST(ROUND(sla_hours * 3600) AS INT64) SECOND)
    ) AS due_at
  FROM known
),

judged AS (
  SELECT
    *,
    CASE
      WHEN is_judged_by_flag AND resolved_at IS NOT NULL AND exported_flag THEN 'breached'
      WHEN is_judged_by_flag AND resolved_at IS NOT NULL AND NOT exported_flag THEN 'met'
      WHEN due_at IS NULL THEN 'no_target'
      WHEN resolved_at <= due_at THEN 'met'
      WHEN resolved_at > due_at OR due_at <= @as_of THEN 'breached'
      ELSE 'pending'
    END AS sla_state
  FROM due
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
  ) AS hours_since_update
FROM dated
