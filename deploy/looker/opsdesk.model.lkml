# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

connection: "@{connection}"

include: "dim_agents.view.lkml"
include: "dim_calendar.view.lkml"
include: "ticket_history.view.lkml"
include: "fact_tickets.view.lkml"
include: "dim_attributes.view.lkml"
include: "features_daily.view.lkml"
include: "backlog_daily.view.lkml"
include: "daily_agent_load.view.lkml"
include: "ticket_sla_risk.view.lkml"
include: "cohort_daily.view.lkml"
include: "segment_daily.view.lkml"
include: "signal_daily.view.lkml"
include: "work_next.view.lkml"

explore: dim_agents {
  description: "The agents, one row each, as the agents file has them."
}

explore: dim_calendar {
  description: "The SLA calendars of the run as stretches of time that are wholly open or wholly closed; empty where the clock runs round the clock."
}

explore: ticket_history {
  description: "What changed in the tickets that the export of changes knows, one row per change, in force until the next one; row 0 is the creation. Empty without such an export."
  join: dim_agents {
    type: left_outer
    relationship: many_to_one
    fields: [dim_agents.dimensions_only*]
    sql_on: ${ticket_history.agent_id} = ${dim_agents.agent_id} ;;
  }
  join: fact_tickets {
    type: left_outer
    relationship: many_to_one
    fields: [fact_tickets.dimensions_only*]
    sql_on: ${ticket_history.ticket_id} = ${fact_tickets.ticket_id} ;;
  }
  join: ticket_sla_risk {
    type: left_outer
    relationship: many_to_one
    fields: [ticket_sla_risk.dimensions_only*]
    sql_on: ${ticket_history.ticket_id} = ${ticket_sla_risk.ticket_id} ;;
  }
}

explore: fact_tickets {
  description: "One row per ticket created at or before as_of, in its newest version, as it was at as_of."
  join: dim_agents {
    type: left_outer
    relationship: many_to_one
    fields: [dim_agents.dimensions_only*]
    sql_on: ${fact_tickets.agent_id} = ${dim_agents.agent_id} ;;
  }
  join: ticket_sla_risk {
    type: left_outer
    relationship: one_to_one
    sql_on: ${fact_tickets.ticket_id} = ${ticket_sla_risk.ticket_id} ;;
  }
}

explore: dim_attributes {
  description: "The names of the attributes that tickets have, one row each. Each is a dimension of segment_daily."
}

explore: features_daily {
  description: "One row per local day, quiet days included, with what arrived, what was resolved, and how the SLA was kept."
  join: backlog_daily {
    type: left_outer
    relationship: one_to_one
    sql_on: ${features_daily.ops_raw} = ${backlog_daily.ops_raw} ;;
  }
}

explore: backlog_daily {
  description: "One row per local day with the tickets open at its end, the flows that led there, and their ages."
  join: features_daily {
    type: left_outer
    relationship: one_to_one
    sql_on: ${backlog_daily.ops_raw} = ${features_daily.ops_raw} ;;
  }
}

explore: daily_agent_load {
  description: "One row per agent and local day on which the agent was assigned, resolved or still held a ticket. The agent is the one in force at the time where the export of changes knows the ticket, else the one in the export."
  join: dim_agents {
    type: left_outer
    relationship: many_to_one
    fields: [dim_agents.dimensions_only*]
    sql_on: ${daily_agent_load.agent_id} = ${dim_agents.agent_id} ;;
  }
}

explore: ticket_sla_risk {
  description: "One row per ticket with how close it is to breaking its promise, or how that ended."
  join: dim_agents {
    type: left_outer
    relationship: many_to_one
    fields: [dim_agents.dimensions_only*]
    sql_on: ${ticket_sla_risk.agent_id} = ${dim_agents.agent_id} ;;
  }
  join: fact_tickets {
    type: left_outer
    relationship: one_to_one
    sql_on: ${ticket_sla_risk.ticket_id} = ${fact_tickets.ticket_id} ;;
  }
}

explore: cohort_daily {
  description: "One row per local day of creation, quiet days included, with how many of its tickets were resolved within 1, 7 and 30 days. A figure is NULL until all tickets of the day have had that long."
}

explore: segment_daily {
  description: "One row per local day and segment, quiet days included from the segment's first ticket on, for each dimension."
}

explore: signal_daily {
  description: "One row per local day that is over, indicator and segment, with what was to be expected, its limits, and whether the day is a signal."
}

explore: work_next {
  description: "One row per open ticket that a rule of the run's rules file selects, in the order in which to work on them."
  join: dim_agents {
    type: left_outer
    relationship: many_to_one
    fields: [dim_agents.dimensions_only*]
    sql_on: ${work_next.agent_id} = ${dim_agents.agent_id} ;;
  }
  join: fact_tickets {
    type: left_outer
    relationship: many_to_one
    fields: [fact_tickets.dimensions_only*]
    sql_on: ${work_next.ticket_id} = ${fact_tickets.ticket_id} ;;
  }
  join: ticket_sla_risk {
    type: left_outer
    relationship: many_to_one
    fields: [ticket_sla_risk.dimensions_only*]
    sql_on: ${work_next.ticket_id} = ${ticket_sla_risk.ticket_id} ;;
  }
}
