# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: dim_agents {
  sql_table_name: `@{dataset}.dim_agents` ;;

  set: detail {
    fields: [agent_id, name, team, active_from_date, active_to_date, daily_capacity]
  }

  set: dimensions_only {
    fields: [name, team, active_from_raw, active_from_date, active_from_day_of_week,
      active_from_week, active_from_month, active_from_quarter, active_from_year,
      active_to_raw, active_to_date, active_to_day_of_week, active_to_week, active_to_month,
      active_to_quarter, active_to_year, daily_capacity]
  }

  dimension: agent_id {
    type: string
    primary_key: yes
    sql: ${TABLE}.agent_id ;;
    description: "The agent's identifier, as tickets carry it."
  }

  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
    description: "The agent's name; NULL when the file has none."
  }

  dimension: team {
    type: string
    sql: ${TABLE}.team ;;
    description: "The agent's team; NULL when the file has none."
  }

  dimension_group: active_from {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.active_from ;;
    description: "The agent's first working day; NULL when the file has none."
  }

  dimension_group: active_to {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.active_to ;;
    description: "The agent's last working day; NULL while active."
  }

  dimension: daily_capacity {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.daily_capacity ;;
    description: "How many tickets the agent can resolve per day; NULL when the file has none."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }
}
