-- ticket_history: what changed in the tickets that the export of changes knows: one row per change, in force until the next.
-- Population: the tickets with any change, created at or before @as_of. What happened after @as_of is not known yet.
-- Row 0 is the creation. The export decides how a ticket ends: it closes those that the log leaves open, and a closing that
-- only the log has did not happen. The SLA clock runs while a ticket is open, in the hours of its calendar; it stops
-- while the ticket is paused or closed.
WITH logged_ids AS (
  SELECT ticket_id
  FROM events_raw
  GROUP BY ticket_id
),

logged_tickets AS (
  SELECT tickets_raw.*
  FROM tickets_raw
  INNER JOIN logged_ids ON logged_ids.ticket_id = tickets_raw.ticket_id
),

-- part: promised_tickets of logged_tickets

logged AS (                  -- the changes of a ticket in their order; one before its creation is in force from the creation
  SELECT
    events_raw.ticket_id,
    IF(events_raw.`at` < promised_tickets.created_at, promised_tickets.created_at, events_raw.`at`) AS from_at,
    events_raw.`at` < promised_tickets.created_at AS is_early,
    ROW_NUMBER() OVER (PARTITION BY events_raw.ticket_id ORDER BY events_raw.`at`, events_raw.seq) AS place,
    events_raw.field,
    COALESCE(events_raw.old_value, IF(events_raw.field = 'agent_id', '(unassigned)', '(none)')) AS old_value,
    COALESCE(events_raw.new_value, IF(events_raw.field = 'agent_id', '(unassigned)', '(none)')) AS new_value,
    COALESCE(events_raw.old_state, 'open') AS old_state,
    events_raw.new_state,        -- NULL for a blank status: it stays what it was
    events_raw.old_sla_hours,
    events_raw.new_sla_hours,
    -- values that change in the second of the creation are those of the creation; a status may close what it opened
    events_raw.field <> 'status' AND events_raw.`at` <= promised_tickets.created_at AS is_of_creation
  FROM events_raw
  INNER JOIN promised_tickets ON promised_tickets.ticket_id = events_raw.ticket_id
),

first_values AS (            -- by field: the last change of the creation, else what the first change was from
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY ticket_id, field
      ORDER BY IF(is_of_creation, 0, 1), IF(is_of_creation, -place, place)
    ) AS choice,
    ROW_NUMBER() OVER (PARTITION BY ticket_id, field, is_of_creation ORDER BY place) AS place_of_kind
  FROM logged
),

beginnings AS (
  SELECT
    ticket_id,
    MAX(IF(choice = 1 AND field = 'status', old_state, NULL)) AS state,
    MAX(IF(choice = 1 AND field = 'status', old_value, NULL)) AS status,
    MAX(IF(choice = 1 AND field = 'priority', IF(is_of_creation, new_value, old_value), NULL)) AS priority,
    MAX(IF(choice = 1 AND field = 'agent_id', IF(is_of_creation, new_value, old_value), NULL)) AS agent_id,
    MAX(IF(choice = 1 AND field = 'team', IF(is_of_creation, new_value, old_value), NULL)) AS team,
    MAX(IF(choice = 1 AND field = 'priority' AND is_of_creation, new_sla_hours, NULL)) AS sla_hours,
    -- the first change of priority after the creation knows the target before it
    MAX(IF(place_of_kind = 1 AND field = 'priority' AND NOT is_of_creation, old_sla_hours, NULL)) AS old_sla_hours,
    MAX(IF(place_of_kind = 1 AND field = 'priority' AND NOT is_of_creation, new_sla_hours, NULL)) AS new_sla_hours,
    MAX(IF(field = 'status', place, 0)) AS last_status,
    MIN(IF(field = 'status', from_at, NULL)) AS first_status_at,
    MAX(IF(field = 'status', from_at, NULL)) AS last_status_at,
    -- the closings after the last status that closes nothing are the end that the log knows
    MAX(IF(field = 'status' AND new_state <> 'closed', place, 0)) AS last_unclosed,
    MAX(IF(is_early, 1, 0)) AS early_changes
  FROM first_values
  GROUP BY ticket_id
),

last_closings AS (
  SELECT logged.ticket_id, MIN(logged.from_at) AS closed_at
  FROM logged
  INNER JOIN beginnings ON beginnings.ticket_id = logged.ticket_id
  WHERE logged.field = 'status' AND logged.new_state = 'closed' AND logged.place > beginnings.last_unclosed
  GROUP BY logged.ticket_id
),

contested AS (
  SELECT
    promised_tickets.*,
    COALESCE(beginnings.state, 'open') AS first_state,
    COALESCE(beginnings.status, promised_tickets.status) AS first_status,
    COALESCE(beginnings.priority, promised_tickets.priority) AS first_priority,
    COALESCE(beginnings.agent_id, promised_tickets.agent_id) AS first_agent_id,
    beginnings.team AS first_team,
    -- a priority without a target that is left for one with a target promises nothing until then
    COALESCE(
      beginnings.sla_hours,
      beginnings.old_sla_hours,
      IF(beginnings.new_sla_hours IS NULL, promised_tickets.sla_hours, NULL)
    ) AS first_sla_hours,
    beginnings.last_unclosed,
    beginnings.first_status_at,
    beginnings.last_status_at,
    beginnings.last_status,
    beginnings.early_changes,
    last_closings.closed_at AS last_closed_at
  FROM promised_tickets
  INNER JOIN beginnings ON beginnings.ticket_id = promised_tickets.ticket_id
  LEFT JOIN last_closings ON last_closings.ticket_id = promised_tickets.ticket_id
),

early_closed AS (            -- where the log begins when a ticket is closed already, the export may know since when
  SELECT
    *,
    COALESCE(
      first_state = 'closed' AND TIMESTAMP_DIFF(first_status_at, exported_resolved_at, SECOND) > 360, FALSE
    ) AS is_closed_before_log
  FROM contested
),

compared AS (
  SELECT
    *,
    IF(is_closed_before_log AND last_unclosed = 0, exported_resolved_at, last_closed_at) AS closed_at,
    is_closed_before_log AND last_unclosed = 0 OR last_closed_at IS NOT NULL AS is_closed_in_log,
    exported_resolved_at IS NOT NULL AS is_closed_in_export
  FROM early_closed
),

endings AS (                 -- with what the log and the export do not agree on, as codes
  SELECT
    *,
    NULLIF(
      SUBSTR(
        CONCAT(
          IF(early_changes = 1, ';changed_before_created', ''),
          IF(first_state = 'closed' AND NOT is_closed_before_log AND first_status_at > created_at, ';closed_before_log', ''),
          CASE
            WHEN last_status = 0 OR is_closed_in_log = is_closed_in_export AND NOT is_closed_in_log THEN ''
            WHEN NOT is_closed_in_export THEN ';closed_in_log_only'
            WHEN NOT is_closed_in_log THEN ';closed_in_export_only'
            WHEN ABS(TIMESTAMP_DIFF(closed_at, exported_resolved_at, SECOND)) > 360 THEN ';closed_at_another_time'
            ELSE ''
          END
        ),
        2
      ),
      ''
    ) AS log_issues
  FROM compared
),

changes AS (
  SELECT
    ticket_id, -1 AS place, created_at AS from_at,
    IF(is_closed_before_log, 'open', first_state) AS new_state, first_status AS new_status, first_priority AS new_priority,
    first_agent_id AS new_agent_id, first_team AS new_team, first_sla_hours AS new_sla_hours
  FROM endings
  UNION ALL
  SELECT
    ticket_id,
    0 AS place,
    GREATEST(exported_resolved_at, created_at) AS from_at,
    'closed' AS new_state, first_status AS new_status,
    NULL AS new_priority, NULL AS new_agent_id, NULL AS new_team, NULL AS new_sla_hours
  FROM endings
  WHERE is_closed_before_log AND GREATEST(exported_resolved_at, created_at) <= @as_of
  UNION ALL
  SELECT
    logged.ticket_id,
    logged.place,
    logged.from_at,
    IF(field = 'status', new_state, NULL) AS new_state,
    IF(field = 'status', new_value, NULL) AS new_status,
    IF(field = 'priority', new_value, NULL) AS new_priority,
    IF(field = 'agent_id', new_value, NULL) AS new_agent_id,
    IF(field = 'team', new_value, NULL) AS new_team,
    logged.new_sla_hours
  FROM logged
  INNER JOIN endings ON endings.ticket_id = logged.ticket_id
  WHERE
    NOT is_of_creation
    AND from_at <= @as_of
    -- a closing that only the log has did not happen
    AND NOT (field = 'status' AND place > last_unclosed AND is_closed_in_log AND NOT is_closed_in_export)
  UNION ALL
  SELECT                     -- closed in the export alone: then, but not before the last status that the log has
    ticket_id,
    1000000000 AS place,
    GREATEST(exported_resolved_at, created_at, COALESCE(last_status_at, created_at)) AS from_at,
    'closed' AS new_state, status AS new_status,
    NULL AS new_priority, NULL AS new_agent_id, NULL AS new_team, NULL AS new_sla_hours
  FROM endings
  WHERE
    is_closed_in_export
    AND NOT is_closed_in_log
    AND GREATEST(exported_resolved_at, created_at, COALESCE(last_status_at, created_at)) <= @as_of
),

in_force AS (
  SELECT
    ticket_id,
    ROW_NUMBER() OVER (PARTITION BY ticket_id ORDER BY from_at, place) - 1 AS place,
    from_at,
    LEAD(from_at) OVER (PARTITION BY ticket_id ORDER BY from_at, place) AS until_at,
    LAST_VALUE(new_state IGNORE NULLS) OVER (
      PARTITION BY ticket_id ORDER BY from_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS state,
    LAST_VALUE(new_status IGNORE NULLS) OVER (
      PARTITION BY ticket_id ORDER BY from_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS status,
    LAST_VALUE(new_priority IGNORE NULLS) OVER (
      PARTITION BY ticket_id ORDER BY from_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS priority,
    LAST_VALUE(new_agent_id IGNORE NULLS) OVER (
      PARTITION BY ticket_id ORDER BY from_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS agent_id,
    LAST_VALUE(new_team IGNORE NULLS) OVER (
      PARTITION BY ticket_id ORDER BY from_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS team,
    LAST_VALUE(new_sla_hours IGNORE NULLS) OVER (
      PARTITION BY ticket_id ORDER BY from_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS sla_hours
  FROM changes
),

clocks_now AS (              -- what the clock of each calendar shows at @as_of
  SELECT
    calendar,
    open_seconds_before * 1000000 + IF(is_open, TIMESTAMP_DIFF(@as_of, starts_at, MICROSECOND), 0) AS now_clock
  FROM dim_calendar
  WHERE starts_at <= @as_of AND ends_at > @as_of
),

timed AS (                   -- the clock when a row begins, in microseconds
  SELECT
    in_force.*,
    endings.created_at,
    endings.sla_calendar,
    endings.is_judged_by_flag,
    endings.exported_flag,
    endings.is_date_only,
    endings.is_due_exported,
    endings.due_at AS exported_due_at,
    endings.exported_resolved_at,
    endings.log_issues,
    CASE
      WHEN endings.is_judged_by_flag THEN NULL
      WHEN endings.is_due_exported OR endings.is_in_days THEN endings.promised_seconds
      ELSE CAST(ROUND(in_force.sla_hours * 3600) AS INT64)
    END * 1000000 AS promised_clock,
    IF(
      endings.sla_calendar IS NULL,
      UNIX_MICROS(in_force.from_at),
      begin_in.open_seconds_before * 1000000
      + IF(begin_in.is_open, TIMESTAMP_DIFF(in_force.from_at, begin_in.starts_at, MICROSECOND), 0)
    ) AS from_clock,
    IF(endings.sla_calendar IS NULL, UNIX_MICROS(@as_of), clocks_now.now_clock) AS now_clock,
    -- what the clock shows when an exported deadline is reached, which nothing moves
    IF(
      endings.is_due_exported,
      IF(endings.sla_calendar IS NULL, UNIX_MICROS(endings.created_at), endings.clock_created * 1000000)
      + endings.promised_seconds * 1000000,
      NULL
    ) AS exported_due_clock
  FROM in_force
  INNER JOIN endings ON endings.ticket_id = in_force.ticket_id
  LEFT JOIN stretch_days AS begin_in
    ON begin_in.calendar = endings.sla_calendar
    AND begin_in.day_number = DIV(UNIX_MICROS(in_force.from_at), 86400000000)
    AND begin_in.starts_at <= in_force.from_at
    AND begin_in.ends_at > in_force.from_at
  LEFT JOIN clocks_now ON clocks_now.calendar = endings.sla_calendar
),

rows_in_order AS (
  SELECT
    *,
    LAG(state) OVER (PARTITION BY ticket_id ORDER BY place) AS former_state,
    state = 'closed' AND COALESCE(LAG(state) OVER (PARTITION BY ticket_id ORDER BY place), 'open') <> 'closed' AS is_closing,
    LAG(agent_id) OVER (PARTITION BY ticket_id ORDER BY place) AS former_agent_id,
    COALESCE(LEAD(from_clock) OVER (PARTITION BY ticket_id ORDER BY place), now_clock) - from_clock AS clock_passed,
    -- whether the ticket is closed in the second in which the row begins, be it for that second alone
    MAX(IF(state = 'closed', 1, 0)) OVER (PARTITION BY ticket_id, from_at) AS closes_here
  FROM timed
),

used AS (                    -- the clock runs while the ticket is open
  SELECT
    *,
    COALESCE(
      SUM(IF(state = 'open', clock_passed, 0)) OVER (
        PARTITION BY ticket_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS clock_used,
    COALESCE(
      SUM(
        IF(
          state = 'open' AND from_clock < exported_due_clock,
          IF(from_clock + clock_passed < exported_due_clock, clock_passed, exported_due_clock - from_clock),
          0
        )
      ) OVER (
        PARTITION BY ticket_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS clock_used_in_time,
    LEAD(closes_here) OVER (PARTITION BY ticket_id ORDER BY place) AS closes_next,
    MAX(IF(is_closing, from_at, NULL)) OVER (
      PARTITION BY ticket_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS closed_at,
    MAX(IF(is_closing, from_clock, NULL)) OVER (
      PARTITION BY ticket_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS closed_clock
  FROM rows_in_order
),

resumed AS (                 -- the moment from which the promise is taken to run on
  SELECT
    *,
    -- a closed ticket falls due as if it had not been closed, whatever is changed in it later
    IF(state = 'closed', closed_at, from_at) AS stays_at,
    CASE
      WHEN state = 'closed' THEN closed_clock
      -- while it is paused the promise falls due as if the clock ran on from the next change, or from @as_of
      WHEN state = 'paused' THEN from_clock + clock_passed
      ELSE from_clock
    END AS resumes_clock,
    CASE
      WHEN state = 'closed' THEN closed_at
      WHEN state = 'paused' THEN COALESCE(until_at, @as_of)
      ELSE from_at
    END AS resumes_at
  FROM used
),

aimed AS (
  SELECT
    *,
    CASE
      WHEN exported_due_clock IS NULL THEN promised_clock - clock_used
      WHEN exported_due_clock > resumes_clock THEN exported_due_clock - resumes_clock
      -- after an exported deadline: what was used by then was all there was
      ELSE clock_used_in_time - clock_used
    END AS clock_left,
    -- the clock when it shows the promise, in whole seconds
    DIV((resumes_clock + promised_clock - clock_used + 999999), 1000000) AS due_clock
  FROM resumed
),

due_rows AS (                -- when the promise falls due, if nothing changes any more
  SELECT
    aimed.*,
    CASE
      WHEN clock_left IS NULL THEN NULL
      WHEN is_due_exported THEN IF(exported_due_at < stays_at, stays_at, exported_due_at)
      WHEN clock_left <= 0 THEN stays_at
      WHEN sla_calendar IS NULL THEN TIMESTAMP_ADD(resumes_at, INTERVAL clock_left MICROSECOND)
      ELSE COALESCE(
        TIMESTAMP_ADD(reached_in.starts_at, INTERVAL (due_clock - reached_in.open_seconds_before) SECOND),
        calendar_ends.ends_at
      )
    END AS due_at
  FROM aimed
  LEFT JOIN openings AS reached_in
    ON reached_in.calendar = aimed.sla_calendar
    AND reached_in.bucket = DIV((aimed.due_clock - 1), 14400)
    AND reached_in.open_seconds_before < aimed.due_clock
    AND reached_in.open_seconds_after >= aimed.due_clock
  LEFT JOIN calendar_ends ON calendar_ends.calendar = aimed.sla_calendar
),

breach_rows AS (             -- the breach comes before whatever happens in its second, but for a closing
  SELECT
    *,
    IF(
      state <> 'closed'
      AND (state = 'open' OR clock_left <= 0 OR is_due_exported)
      AND (until_at IS NULL OR from_at < until_at)
      AND due_at <= @as_of
      AND (until_at IS NULL OR due_at < until_at OR (due_at = until_at AND closes_next = 0)),
      due_at,
      NULL
    ) AS breach_at
  FROM due_rows
),

first_breaches AS (
  SELECT *, MIN(breach_at) OVER (PARTITION BY ticket_id) AS breached_at
  FROM breach_rows
),

placed AS (
  SELECT
    *,
    MIN(IF(breach_at = breached_at, place, NULL)) OVER (PARTITION BY ticket_id) AS breach_place
  FROM first_breaches
),

kept AS (                    -- closed at the end of the day on which it would have been due, or was found to be due
  SELECT
    *,
    IF(
      state = 'closed'
      AND (breach_place IS NULL OR breach_place > place)
      AND due_at <= @as_of
      AND (until_at IS NULL OR DATE(until_at, @timezone) > DATE(IF(due_at < from_at, from_at, due_at), @timezone)),
      DATE(IF(due_at < from_at, from_at, due_at), @timezone),
      NULL
    ) AS due_date_kept
  FROM placed
)

SELECT
  ticket_id,
  place,
  from_at,
  until_at,
  DATE(from_at, @timezone) AS from_date,
  DATE(until_at, @timezone) AS until_date,
  state,
  status,
  priority,
  agent_id,
  team,
  sla_hours,
  (clock_used + clock_left) / 3600000000 AS sla_clock_hours,
  clock_used / 3600000000 AS clock_hours_used,
  clock_passed / 3600000000 AS clock_hours_passed,
  is_closing,
  COALESCE(state <> 'closed' AND former_state = 'closed', FALSE) AS is_reopening,
  agent_id <> '(unassigned)' AND (former_agent_id IS NULL OR former_agent_id <> agent_id) AS is_assignment,
  COALESCE(breach_place < place, FALSE) AS is_past_due,
  CASE
    WHEN NOT is_closing THEN NULL
    WHEN is_judged_by_flag THEN CASE exported_flag WHEN TRUE THEN 'breached' WHEN FALSE THEN 'met' END
    WHEN clock_left IS NULL THEN NULL
    WHEN breach_place < place THEN 'breached'
    ELSE 'met'
  END AS judged,
  IF(
    is_date_only
    OR NOT is_closing
    OR (from_at = created_at AND COALESCE(exported_resolved_at < created_at, FALSE)),
    NULL,
    TIMESTAMP_DIFF(from_at, created_at, MICROSECOND) / 3600000000
  ) AS resolution_hours,
  due_at,
  breached_at,
  IF(place = breach_place, DATE(breached_at, @timezone), NULL) AS missed_date,
  -- once, however often it is changed while it is closed
  IF(
    place = MIN(IF(due_date_kept IS NOT NULL, place, NULL)) OVER (PARTITION BY ticket_id, closed_at),
    due_date_kept,
    NULL
  ) AS kept_date,
  IF(place = 0, log_issues, NULL) AS log_issues
FROM kept
