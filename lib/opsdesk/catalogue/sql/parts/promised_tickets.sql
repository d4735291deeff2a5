-- The newest version of every ticket created at or before @as_of, and what it was promised on its SLA clock.
repeated AS (           -- few or none, so that only their versions need to be put in order
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
    resolved_at AS exported_resolved_at,
    sla_hours,
    sla_breached AS exported_flag,
    COALESCE(CONCAT(';', _issues, ';') LIKE '%;judged_by_flag;%', FALSE) AS is_judged_by_flag,
    COALESCE(CONCAT(';', _issues, ';') LIKE '%;date_only;%', FALSE) AS is_date_only,
    COALESCE(CONCAT(';', _issues, ';') LIKE '%;due_at_exported;%', FALSE) AS is_due_exported,
    COALESCE(CONCAT(';', _issues, ';') LIKE '%;sla_in_days;%', FALSE) AS is_in_days,
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

calendars AS (               -- priorities that have a calendar of their own; '' is round the clock
  SELECT COALESCE(REGEXP_EXTRACT(line, '^([^\t]*)\t'), '') AS calendar, REGEXP_EXTRACT(line, '\t(.*)$') AS priority
  FROM UNNEST(REGEXP_EXTRACT_ALL(@calendar_of_priority, '[^\n]+')) AS line
),

promised AS (
  SELECT
    known.*,
    NULLIF(COALESCE(calendars.calendar, @calendar_default), '') AS sla_calendar,
    -- ROUND: half a second counts as a whole one
    IF(is_judged_by_flag, NULL, CAST(ROUND(sla_hours * 3600) AS INT64)) AS sla_seconds
  FROM known
  LEFT JOIN calendars ON calendars.priority = known.priority
),

stretch_days AS (            -- the stretches by UTC day, so that an instant looks among those of its day
  SELECT calendar, starts_at, ends_at, is_open, open_seconds_before, open_days, day_number
  FROM dim_calendar
  CROSS JOIN UNNEST(
    GENERATE_ARRAY(DIV(UNIX_MICROS(starts_at), 86400000000), DIV((UNIX_MICROS(ends_at) - 1), 86400000000))
  ) AS day_number
),

begun AS (                   -- what the clock of its calendar shows when a ticket is created
  SELECT
    promised.*,
    begin_in.open_days,
    begin_in.open_seconds_before
    + IF(begin_in.is_open, TIMESTAMP_DIFF(promised.created_at, begin_in.starts_at, SECOND), 0) AS clock_created
  FROM promised
  LEFT JOIN stretch_days AS begin_in
    ON begin_in.calendar = promised.sla_calendar
    AND begin_in.day_number = DIV(UNIX_MICROS(promised.created_at), 86400000000)
    AND begin_in.starts_at <= promised.created_at
    AND begin_in.ends_at > promised.created_at
),

openings AS (                -- the open stretches by four hours of open time
  SELECT
    calendar,
    starts_at,
    open_seconds_before,
    open_seconds_before + TIMESTAMP_DIFF(ends_at, starts_at, SECOND) AS open_seconds_after,
    bucket
  FROM dim_calendar
  CROSS JOIN UNNEST(
    GENERATE_ARRAY(
      DIV(open_seconds_before, 14400),
      DIV((open_seconds_before + TIMESTAMP_DIFF(ends_at, starts_at, SECOND) - 1), 14400)
    )
  ) AS bucket
  WHERE is_open
),

calendar_ends AS (
  SELECT calendar, MAX(ends_at) AS ends_at
  FROM dim_calendar
  GROUP BY calendar
),

due AS (                     -- the first instant at which the clock shows the promise
  SELECT
    begun.*,
    CASE
      WHEN begun.sla_calendar IS NULL OR is_due_exported OR sla_seconds = 0
        THEN TIMESTAMP_ADD(begun.created_at, INTERVAL sla_seconds SECOND)
      WHEN sla_seconds IS NULL THEN NULL
      -- a promise in days ends when the last of that many open days closes, not counting the day of creation
      WHEN is_in_days THEN COALESCE(closings.ends_at, calendar_ends.ends_at)
      ELSE COALESCE(
        TIMESTAMP_ADD(
          openings.starts_at,
          INTERVAL (clock_created + sla_seconds - openings.open_seconds_before) SECOND
        ),
        calendar_ends.ends_at
      )
    END AS due_at
  FROM begun
  LEFT JOIN openings
    ON openings.calendar = begun.sla_calendar
    AND openings.bucket = DIV((begun.clock_created + begun.sla_seconds - 1), 14400)
    AND openings.open_seconds_before < begun.clock_created + begun.sla_seconds
    AND openings.open_seconds_after >= begun.clock_created + begun.sla_seconds
  LEFT JOIN dim_calendar AS closings
    ON closings.calendar = begun.sla_calendar
    AND closings.closes_day = begun.open_days + DIV(begun.sla_seconds, 86400)
  LEFT JOIN calendar_ends ON calendar_ends.calendar = begun.sla_calendar
),

bounded AS (                 -- an exported deadline after the end of its calendar is looked up at that end
  SELECT
    due.*,
    LEAST(due.due_at, TIMESTAMP_SUB(calendar_ends.ends_at, INTERVAL 1 SECOND)) AS known_due_at
  FROM due
  LEFT JOIN calendar_ends ON calendar_ends.calendar = due.sla_calendar
),

promised_tickets AS (        -- what the clock has run from the creation until the promise falls due
  SELECT
    due.*,
    IF(
      due.sla_calendar IS NOT NULL AND (due.is_due_exported OR due.is_in_days),
      due_in.open_seconds_before
      + IF(due_in.is_open, TIMESTAMP_DIFF(due.known_due_at, due_in.starts_at, SECOND), 0)
      - due.clock_created,
      due.sla_seconds
    ) AS promised_seconds
  FROM bounded AS due
  LEFT JOIN stretch_days AS due_in
    ON due_in.calendar = due.sla_calendar
    AND due_in.day_number = DIV(UNIX_MICROS(due.known_due_at), 86400000000)
    AND due_in.starts_at <= due.known_due_at
    AND due_in.ends_at > due.known_due_at
)
