-- agents: one row per agent with open tickets at the end of @last_day, the most loaded first.
-- Name, team and capacity (tickets per day) are NULL where the list of agents does not have them.
SELECT l.agent_id, a.name, a.team, l.open_tickets, a.daily_capacity
FROM daily_agent_load AS l
LEFT JOIN dim_agents AS a ON a.agent_id = l.agent_id
WHERE l.open_tickets > 0 AND l.ops_date = @last_day
ORDER BY l.open_tickets DESC, l.agent_id
