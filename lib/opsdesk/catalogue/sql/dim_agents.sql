-- dim_agents: one row per agent, as agents_master names them.
-- Population: every agent of the file. Empty without a file.
SELECT
  agent_id,
  name,
  team,
  active_from,
  active_to,
  daily_capacity
FROM agents_raw
