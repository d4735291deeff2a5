# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: daily_agent_load {
  sql_table_name: `@{dataset}.daily_agent_load` ;;

  set: detail {
    fields: [ops_date, agent_id, tickets_assigned, tickets_resolved, avg_resolution_hours,
      sla_breaches, open_tickets_from_day, open_tickets, tickets_reopened, moved_in,
      moved_out]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: CONCAT(FORMAT_DATE('%Y-%m-%d', ${TABLE}.ops_date), '|/', REPLACE(${TABLE}.agent_id, '|', '|.')) ;;
  }

  dimension_group: ops {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.ops_date ;;
    description: "The local day; the last one ends at as_of."
  }

  dimension: agent_id {
    type: string
    sql: ${TABLE}.agent_id ;;
    description: "The agent; (unassigned) means tickets without one."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: tickets_assigned {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.tickets_assigned) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.tickets_assigned), NULL) ;;
    description: "The agent's tickets created that day."
    drill_fields: [detail*]
  }

  measure: tickets_resolved {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.tickets_resolved) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.tickets_resolved), NULL) ;;
    description: "The agent's tickets resolved that day."
    drill_fields: [detail*]
  }

  measure: avg_resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.avg_resolution_hours), NULL) ;;
    description: "Mean resolution time of the agent's tickets resolved that day; NULL without any. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: sla_breaches {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.sla_breaches) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.sla_breaches), NULL) ;;
    description: "Of the agent's tickets resolved that day, those that broke the promise."
    drill_fields: [detail*]
  }

  measure: open_tickets_from_day {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.open_tickets_from_day) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.open_tickets_from_day), NULL) ;;
    description: "Of the agent's tickets created that day, those still open at as_of."
    drill_fields: [detail*]
  }

  measure: open_tickets {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.open_tickets HAVING MAX ${TABLE}.ops_date) ;;
    description: "The agent's tickets open at the end of the day. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: tickets_reopened {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.tickets_reopened) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.tickets_reopened), NULL) ;;
    description: "Tickets of the agent that were opened again that day."
    drill_fields: [detail*]
  }

  measure: moved_in {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.moved_in) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.moved_in), NULL) ;;
    description: "Open tickets that the agent took over that day, by each change of the agent."
    drill_fields: [detail*]
  }

  measure: moved_out {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.moved_out) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.moved_out), NULL) ;;
    description: "Open tickets that went from the agent to another one that day, by each change of the agent."
    drill_fields: [detail*]
  }
}
