-- dim_calendar: the SLA calendars of the run, one row per stretch of time that is wholly open or wholly closed.
-- Population: @calendar_stretches, a line of numbers for each stretch; nothing where the clock runs round the clock.
WITH lines AS (
  SELECT line
  FROM UNNEST(REGEXP_EXTRACT_ALL(@calendar_stretches, '[^\n]+')) AS line
),

numbers AS (
  SELECT
    SUBSTR(line, 53) AS calendar,
    CAST(SUBSTR(line, 1, 11) AS INT64) AS starts,
    CAST(SUBSTR(line, 13, 11) AS INT64) AS ends,
    SUBSTR(line, 25, 1) = '1' AS is_open,
    CAST(SUBSTR(line, 27, 11) AS INT64) AS open_before,
    CAST(SUBSTR(line, 39, 6) AS INT64) AS open_days,
    CAST(SUBSTR(line, 46, 6) AS INT64) AS closes_day
  FROM lines
)

SELECT
  calendar,
  TIMESTAMP_ADD(TIMESTAMP '1970-01-01 00:00:00+00:00', INTERVAL starts SECOND) AS starts_at,
  TIMESTAMP_ADD(TIMESTAMP '1970-01-01 00:00:00+00:00', INTERVAL ends SECOND) AS ends_at,
  is_open,
  open_before AS open_seconds_before,
  open_days,
  NULLIF(closes_day, 0) AS closes_day
FROM numbers
