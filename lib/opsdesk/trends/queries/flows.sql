-- flows: one row per local day of the published tables, with the tickets created and resolved on it.
-- A ticket that is reopened does not come in a second time.
SELECT b.ops_date, b.inflow - COALESCE(f.reopened_tickets, 0) AS inflow, b.outflow
FROM backlog_daily AS b
LEFT JOIN features_daily AS f ON f.ops_date = b.ops_date
ORDER BY b.ops_date
