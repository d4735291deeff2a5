-- breach_odds: the probability that a ticket, open at an origin, is not resolved by its deadline.
-- Population: tickets whose deadline is after their creation, and whose times of day are known.
-- An origin is a moment from which one looks ahead. It knows what had happened before it, and nothing else.
-- @origins has them in order as NUMBER:SECONDS, numbered 00000, 00001, ..., in seconds since 1970.
-- They are local midnights, four days apart; @first_day is the day that begins at the first of them.
-- (For a single origin that is no midnight, @first_day is the day after it.)
-- This text is the beginning of other queries: they read `odds`, `fitted` and `origins`.
WITH origins AS (
  SELECT CAST(SUBSTR(origin, 1, 5) AS INT64) AS origin, CAST(SUBSTR(origin, 7) AS INT64) AS seconds
  FROM UNNEST(REGEXP_EXTRACT_ALL(@origins, '[0-9]+:[0-9]+')) AS origin
),

promised AS (                -- last_date: open and not long past due until its end
  SELECT
    ticket_id,
    priority,
    category,
    sla_calendar,
    DIV(UNIX_MICROS(created_at), 1000000) AS created_seconds,
    DIV(UNIX_MICROS(due_at), 1000000) AS due_seconds,
    -- THE SLA CLOCK: seconds of the whole target, and those used when it is resolved. They are open seconds of the
    -- ticket's calendar; elapsed seconds where it has none. `clocked` has those used at an origin.
    IF(
      sla_calendar IS NULL,
      DIV(UNIX_MICROS(due_at), 1000000) - DIV(UNIX_MICROS(created_at), 1000000),
      CAST(ROUND(sla_clock_hours * 3600) AS INT64)
    ) AS target_seconds,
    IF(
      sla_calendar IS NULL,
      DIV(UNIX_MICROS(resolved_at), 1000000) - DIV(UNIX_MICROS(created_at), 1000000),
      -- NULL: resolved before it was created
      CAST(ROUND(COALESCE(business_resolution_hours, 0) * 3600) AS INT64)
    ) AS used_at_end,
    COALESCE(resolved_at < due_at, FALSE) AS is_early,
    COALESCE(resolved_at <= due_at, FALSE) AS is_met,
    due_at <= @as_of AS is_judged,
    created_date,
    due_date,
    IF(resolved_date <= due_date, resolved_date, DATE_ADD(due_date, INTERVAL 1 DAY)) AS last_date
  FROM fact_tickets
  WHERE due_at > created_at
    -- without a time of day the used share is not known
    AND IF(is_resolved, resolution_hours_clean IS NOT NULL OR resolved_at < created_at, hours_open IS NOT NULL)
),

numbered AS (                -- open at the origins from first_origin to the one before settled_at
  SELECT
    ticket_id, priority, category, sla_calendar, created_seconds, due_seconds, target_seconds,
    is_early, is_met, is_judged,
    -- an edge belongs to the bin above it; 20: the target is used up; one without open time is from the beginning
    IF(
      is_early,
      CAST(FLOOR(GREATEST(LEAST(COALESCE(SAFE_DIVIDE(used_at_end * 20, target_seconds), 20), 20), 0)) AS INT64),
      20
    ) AS last_bin,
    IF(due_date < @first_day, 0, DIV(DATE_DIFF(due_date, @first_day, DAY), 4) + 1) AS known_at,
    IF(created_date < @first_day, 0, DIV(DATE_DIFF(created_date, @first_day, DAY), 4) + 1) AS first_origin,
    IF(last_date < @first_day, 0, DIV(DATE_DIFF(last_date, @first_day, DAY), 4) + 1) AS settled_at
  FROM promised
),

stretch_days AS (            -- the stretches of the calendars by UTC day, so that an instant looks among those of its day
  SELECT
    calendar,
    is_open,
    open_seconds_before,
    day_number,
    DIV(UNIX_MICROS(starts_at), 1000000) AS starts_seconds,
    DIV(UNIX_MICROS(ends_at), 1000000) AS ends_seconds
  FROM dim_calendar
  CROSS JOIN UNNEST(
    GENERATE_ARRAY(DIV(UNIX_MICROS(starts_at), 86400000000), DIV((UNIX_MICROS(ends_at) - 1), 86400000000))
  ) AS day_number
),

clocks AS (                  -- what the clock of each calendar shows at the origins
  SELECT
    stretch_days.calendar,
    origins.origin,
    open_seconds_before + IF(is_open, origins.seconds - starts_seconds, 0) AS clock_shown
  FROM origins
  INNER JOIN stretch_days
    ON stretch_days.day_number = DIV(origins.seconds, 86400)
    AND starts_seconds <= origins.seconds
    AND ends_seconds > origins.seconds
),

looks AS (                   -- a ticket at each origin at which it is open
  SELECT numbered.*, origin
  FROM numbered
  CROSS JOIN UNNEST(GENERATE_ARRAY(first_origin, settled_at - 1)) AS origin
  WHERE first_origin < settled_at
),

clocked AS (                 -- the clock of its calendar at an origin, less what it showed at the creation
  SELECT
    looks.*,
    origins.seconds AS at_seconds,
    IF(
      sla_calendar IS NULL,
      origins.seconds - created_seconds,
      clocks.clock_shown - begin_in.open_seconds_before - IF(begin_in.is_open, created_seconds - begin_in.starts_seconds, 0)
    ) AS used_seconds
  FROM looks
  INNER JOIN origins ON origins.origin = looks.origin
  LEFT JOIN clocks ON clocks.calendar = looks.sla_calendar AND clocks.origin = looks.origin
  LEFT JOIN stretch_days AS begin_in
    ON begin_in.calendar = looks.sla_calendar
    AND begin_in.day_number = DIV(created_seconds, 86400)
    AND begin_in.starts_seconds <= created_seconds
    AND begin_in.ends_seconds > created_seconds
),

placed AS (                  -- the bins of last_bin
  SELECT
    *,
    CAST(
      FLOOR(GREATEST(LEAST(COALESCE(SAFE_DIVIDE(used_seconds * 20, target_seconds), 20), 20), 0)) AS INT64
    ) AS bin
  FROM clocked
),

seen AS (                    -- how tickets are seen from `origin`: on their way, or (from then on) at their end
  SELECT origin, priority, category, bin, COUNT(*) AS open_tickets, 0 AS ended, 0 AS resolved
  FROM placed
  GROUP BY origin, priority, category, bin
  UNION ALL
  SELECT
    settled_at AS origin, priority, category, last_bin AS bin,
    0 AS open_tickets, COUNT(*) AS ended, COUNTIF(is_early) AS resolved
  FROM numbered
  WHERE settled_at < (SELECT COUNT(*) FROM origins)
  GROUP BY settled_at, priority, category, last_bin
),

counted AS (
  SELECT
    origin, priority, category, bin,
    SUM(ended) AS ended,
    SUM(resolved) AS resolved,
    SUM(open_tickets) AS open_tickets
  FROM seen
  GROUP BY origin, priority, category, bin
),

cells AS (                   -- the kinds of tickets of which a probability is needed
  SELECT priority, category
  FROM counted
  WHERE bin < 20
  GROUP BY priority, category
  HAVING SUM(open_tickets) > 0
),

grid AS (
  SELECT origins.origin, cells.priority, cells.category, place AS bin
  FROM cells
  CROSS JOIN origins
  CROSS JOIN UNNEST(GENERATE_ARRAY(0, 20)) AS place
),

known AS (                   -- what ended before an origin, and what is open at it
  SELECT
    grid.origin, grid.priority, grid.category, grid.bin,
    COALESCE(counted.open_tickets, 0) AS open_tickets,
    SUM(COALESCE(counted.ended, 0)) OVER (
      PARTITION BY grid.priority, grid.category, grid.bin ORDER BY grid.origin
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS ended,
    SUM(COALESCE(counted.resolved, 0)) OVER (
      PARTITION BY grid.priority, grid.category, grid.bin ORDER BY grid.origin
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS resolved
  FROM grid
  LEFT JOIN counted
    ON counted.origin = grid.origin AND counted.priority = grid.priority
    AND counted.category = grid.category AND counted.bin = grid.bin
),

exposed AS (                 -- half of the tickets that are open in a bin were watched through it
  SELECT
    origin, priority, category, bin, resolved,
    SUM(ended + open_tickets) OVER (
      PARTITION BY origin, priority, category ORDER BY bin DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS reached,
    open_tickets
  FROM known
),

all_known AS (               -- the same of the tickets of all kinds together
  SELECT
    origins.origin, place AS bin,
    COALESCE(SUM(counted.open_tickets), 0) AS open_tickets,
    COALESCE(SUM(counted.ended), 0) AS ended_then,
    COALESCE(SUM(counted.resolved), 0) AS resolved_then
  FROM origins
  CROSS JOIN UNNEST(GENERATE_ARRAY(0, 20)) AS place
  LEFT JOIN counted ON counted.origin = origins.origin AND counted.bin = place
  GROUP BY origins.origin, place
),

all_so_far AS (
  SELECT
    origin, bin, open_tickets,
    SUM(ended_then) OVER (PARTITION BY bin ORDER BY origin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS ended,
    SUM(resolved_then) OVER (PARTITION BY bin ORDER BY origin ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS resolved
  FROM all_known
),

all_exposed AS (
  SELECT
    origin, bin, resolved, open_tickets,
    SUM(ended + open_tickets) OVER (
      PARTITION BY origin ORDER BY bin DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS reached
  FROM all_so_far
),

fitted AS (                  -- how many tickets all curves of an origin are made of
  SELECT origin, reached AS tickets
  FROM all_exposed
  WHERE bin = 0
),

hazards AS (                 -- in halves of tickets: whole numbers until the division
  SELECT
    e.origin, e.priority, e.category, e.bin, e.reached,
    LEAST(
      SAFE_DIVIDE(
        2 * e.resolved + 20 * COALESCE(SAFE_DIVIDE(2 * a.resolved, 2 * a.reached - a.open_tickets), 0),
        2 * e.reached - e.open_tickets + 20
      ),
      1 - 1e-9
    ) AS hazard
  FROM exposed AS e
  INNER JOIN all_exposed AS a ON a.origin = e.origin AND a.bin = e.bin
  WHERE e.bin < 20
),

curves AS (                  -- S(1) / S(start of the bin), as a logarithm, and its part within the bin
  SELECT
    origin, priority, category, bin,
    MAX(reached) OVER (PARTITION BY origin, priority, category) AS similar_tickets,
    LN(1 - hazard) AS within,
    SUM(LN(1 - hazard)) OVER (
      PARTITION BY origin, priority, category ORDER BY bin DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS from_start
  FROM hazards
),

odds AS (
  SELECT
    p.origin,
    p.ticket_id,
    p.is_judged,
    p.is_met,
    p.known_at,
    p.bin,
    p.due_seconds - p.at_seconds AS seconds_left,
    fitted.tickets AS fitted_tickets,
    c.similar_tickets,
    -- log-linear within a bin; in millionths, so that sums are of whole numbers
    CAST(ROUND(1000000 * EXP(
      c.from_start - c.within * (SAFE_DIVIDE(p.used_seconds * 20, p.target_seconds) - p.bin)
    )) AS INT64) AS millionths
  FROM placed AS p
  INNER JOIN fitted ON fitted.origin = p.origin
  INNER JOIN curves AS c
    ON c.origin = p.origin AND c.priority = p.priority AND c.category = p.category AND c.bin = p.bin
  WHERE p.bin < 20 AND p.due_seconds > p.at_seconds
)
