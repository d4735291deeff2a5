-- span: the first and the last local day of the published tables; NULL where they have no ticket.
SELECT MIN(ops_date) AS first_day, MAX(ops_date) AS last_day
FROM backlog_daily
