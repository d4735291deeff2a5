-- ticket_sla_risk: one row per ticket: how close it is to breaching its SLA, or how it ended.
-- Population: fact_tickets. Local time is wall time in @timezone; what concerns open tickets only is NULL when resolved.
WITH clocked AS (
  SELECT
    *,
    -- hours on the SLA clock, in whole microseconds again; a ticket with a date alone has no hours, its band is by elapsed time
    IF(
      business_hours_open IS NULL,
      TIMESTAMP_DIFF(due_at, created_at, MICROSECOND),
      CAST(ROUND(sla_clock_hours * 3600000000) AS INT64)
    ) AS sla_micros,
    IF(
      is_resolved,
      NULL,
      COALESCE(
        CAST(ROUND(business_hours_open * 3600000000) AS INT64), TIMESTAMP_DIFF(@as_of, created_at, MICROSECOND)
      )
    ) AS open_micros
  FROM fact_tickets
)

SELECT
  ticket_id,
  created_at AS created_at_ts,
  created_date,
  priority,
  category,
  agent_id,
  resolution_hours_clean,
  sla_hours,
  sla_breached,
  FORMAT_DATE('%a', created_date) AS day_of_week,
  EXTRACT(HOUR FROM created_at AT TIME ZONE @timezone) AS hour_of_day,
  priority IN ('Critical', 'High') AS is_high_priority,
  COALESCE(resolved_at, @as_of) > due_at AS is_long_resolution,
  hours_open,
  IF(hours_open IS NULL, NULL, (sla_micros - open_micros) / 3600000000) AS hours_left,
  IF(hours_open IS NULL, NULL, SAFE_DIVIDE(open_micros, sla_micros)) AS sla_elapsed,
  sla_state,
  CASE
    WHEN is_resolved THEN NULL
    WHEN sla_state IN ('breached', 'no_target', 'paused') THEN sla_state
    -- elapsed >= 0.75, in whole numbers
    WHEN open_micros * 4 >= sla_micros * 3 THEN 'at_risk'
    ELSE 'on_track'
  END AS risk_band
FROM clocked
