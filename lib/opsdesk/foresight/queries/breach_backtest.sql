-- after breach_odds: the judged tickets of all origins.
SELECT * FROM odds
WHERE is_judged AND due_seconds <= origin_seconds + 28 * 86400
