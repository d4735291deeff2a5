-- flows: one row per local day of the published tables, with the tickets created and resolved on it.
SELECT ops_date, inflow, outflow
FROM backlog_daily
ORDER BY ops_date
