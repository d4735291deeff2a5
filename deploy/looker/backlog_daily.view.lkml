# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: backlog_daily {
  sql_table_name: `@{dataset}.backlog_daily` ;;

  set: detail {
    fields: [ops_date, backlog_size, opening, inflow, outflow, age_0_1, age_2_7, age_8_30,
      age_31_90, age_over_90, age_p50_days, age_p90_days, past_due]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: FORMAT_DATE('%Y-%m-%d', ${TABLE}.ops_date) ;;
  }

  dimension_group: ops {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.ops_date ;;
    description: "The local day; the last one ends at as_of."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: backlog_size {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.backlog_size HAVING MAX ${TABLE}.ops_date) ;;
    description: "Tickets open at the end of the day: opening plus inflow minus outflow. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: opening {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.opening HAVING MIN ${TABLE}.ops_date) ;;
    description: "Tickets open when the day began: the backlog of the day before. Of several days, the first one counts."
    drill_fields: [detail*]
  }

  measure: inflow {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.inflow) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.inflow), NULL) ;;
    description: "Tickets created that day, and those opened again."
    drill_fields: [detail*]
  }

  measure: outflow {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.outflow) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.outflow), NULL) ;;
    description: "Tickets resolved that day."
    drill_fields: [detail*]
  }

  measure: age_0_1 {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.age_0_1 HAVING MAX ${TABLE}.ops_date) ;;
    description: "Open tickets created that day or the day before. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: age_2_7 {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.age_2_7 HAVING MAX ${TABLE}.ops_date) ;;
    description: "Open tickets created 2 to 7 days before. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: age_8_30 {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.age_8_30 HAVING MAX ${TABLE}.ops_date) ;;
    description: "Open tickets created 8 to 30 days before. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: age_31_90 {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.age_31_90 HAVING MAX ${TABLE}.ops_date) ;;
    description: "Open tickets created 31 to 90 days before. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: age_over_90 {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.age_over_90 HAVING MAX ${TABLE}.ops_date) ;;
    description: "Open tickets created more than 90 days before. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: age_p50_days {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.age_p50_days), NULL) ;;
    description: "The age that half of the open tickets do not exceed; NULL when no ticket is open. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: age_p90_days {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.age_p90_days), NULL) ;;
    description: "The age that nine of ten open tickets do not exceed; NULL when no ticket is open. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: past_due {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.past_due HAVING MAX ${TABLE}.ops_date) ;;
    description: "Open tickets whose due_at had passed at the end of the day. Of several days, the last one counts."
    drill_fields: [detail*]
  }
}
