-- breach_bins (after breach_odds): what became of the tickets that were open at the origins, counted in two ways.
-- Population: tickets due within 28 days of an origin, whose deadline is over at @as_of. is_soon: within 7 days.
-- part 'elapsed': per origin, tenth of the used share (place) and first origin after the deadline (known_at).
-- part 'probability': per thousandth of the probability (place), over all origins.
, judged AS (
  SELECT
    odds.*,
    seconds_left <= 7 * 86400 AS is_soon,
    DIV(bin, 2) AS tenth,
    DIV(millionths, 1000) AS thousandth,
    IF(is_met, 0, 1) AS missed
  FROM odds
  WHERE is_judged AND seconds_left <= 28 * 86400 AND fitted_tickets >= 200
)

SELECT
  'elapsed' AS part,
  origin,
  fitted_tickets,
  known_at,
  is_soon,
  tenth AS place,
  COUNT(*) AS tickets,
  SUM(missed) AS missed,
  SUM(millionths) AS millionths,
  SUM(millionths * missed) AS missed_millionths,
  SUM(millionths * millionths) AS squares
FROM judged
GROUP BY origin, fitted_tickets, known_at, is_soon, tenth
UNION ALL
SELECT
  'probability' AS part,
  0 AS origin,
  0 AS fitted_tickets,
  0 AS known_at,
  is_soon,
  thousandth AS place,
  COUNT(*) AS tickets,
  SUM(missed) AS missed,
  SUM(millionths) AS millionths,
  0 AS missed_millionths,
  0 AS squares
FROM judged
GROUP BY is_soon, thousandth
