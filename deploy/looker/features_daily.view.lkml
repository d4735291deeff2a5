# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: features_daily {
  sql_table_name: `@{dataset}.features_daily` ;;

  set: detail {
    fields: [ops_date, total_tickets, resolved_tickets, open_tickets, avg_tat,
      sla_breach_rate, median_tat, p90_tat, sla_due_tickets, sla_due_missed, sla_attainment,
      past_due_tickets, first_responses, median_first_response, p90_first_response, met,
      breached, reopened_tickets]
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

  measure: total_tickets {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.total_tickets) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.total_tickets), NULL) ;;
    description: "Tickets created that day."
    drill_fields: [detail*]
  }

  measure: resolved_tickets {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.resolved_tickets) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.resolved_tickets), NULL) ;;
    description: "Tickets resolved that day, whenever they were created; with an export of changes every closing counts."
    drill_fields: [detail*]
  }

  measure: open_tickets {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.open_tickets HAVING MAX ${TABLE}.ops_date) ;;
    description: "Tickets open at the end of the day, whenever they were created. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: avg_tat {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.avg_tat), NULL) ;;
    description: "Mean resolution time of the tickets resolved that day; NULL without any. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: sla_breach_rate {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(SUM(IF(${TABLE}.met + ${TABLE}.breached IS NULL, NULL, ${TABLE}.breached)), SUM(IF(${TABLE}.breached IS NULL, NULL, ${TABLE}.met + ${TABLE}.breached))) ;;
    description: "Of the tickets resolved that day whose promise can be judged, the share that broke it; NULL without any. It moves with the order of work: clearing old tickets raises it. Of several rows, the sums are divided."
    drill_fields: [detail*]
  }

  measure: median_tat {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.median_tat), NULL) ;;
    description: "The resolution time that half of the tickets resolved that day did not exceed; NULL without any. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: p90_tat {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.p90_tat), NULL) ;;
    description: "The resolution time that nine of ten tickets resolved that day did not exceed; NULL without any. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: sla_due_tickets {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.sla_due_tickets) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.sla_due_tickets), NULL) ;;
    description: "Tickets that fell due that day, by as_of."
    drill_fields: [detail*]
  }

  measure: sla_due_missed {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.sla_due_missed) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.sla_due_missed), NULL) ;;
    description: "Of the tickets that fell due that day, those unresolved at that moment."
    drill_fields: [detail*]
  }

  measure: sla_attainment {
    type: number
    value_format_name: percent_1
    sql: 1 - SAFE_DIVIDE(SUM(IF(${TABLE}.sla_due_tickets IS NULL, NULL, ${TABLE}.sla_due_missed)), SUM(IF(${TABLE}.sla_due_missed IS NULL, NULL, ${TABLE}.sla_due_tickets))) ;;
    description: "Of the tickets that fell due that day, the share resolved in time; NULL without any. Once the day is over it never changes. Of several rows, the sums are divided."
    drill_fields: [detail*]
  }

  measure: past_due_tickets {
    type: number
    value_format_name: decimal_0
    sql: SUM(${TABLE}.past_due_tickets HAVING MAX ${TABLE}.ops_date) ;;
    description: "Tickets open at the end of the day whose due_at had passed by then. Of several days, the last one counts."
    drill_fields: [detail*]
  }

  measure: first_responses {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.first_responses) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.first_responses), NULL) ;;
    description: "Tickets that got their first response that day, whenever they were created."
    drill_fields: [detail*]
  }

  measure: median_first_response {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.median_first_response), NULL) ;;
    description: "The time to the first response that half of the tickets answered that day did not exceed; NULL without any. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: p90_first_response {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.p90_first_response), NULL) ;;
    description: "The time to the first response that nine of ten tickets answered that day did not exceed; NULL without any. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: met {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.met) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.met), NULL) ;;
    description: "Of the tickets resolved that day, those that kept their promise."
    drill_fields: [detail*]
  }

  measure: breached {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.breached) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.breached), NULL) ;;
    description: "Of the tickets resolved that day, those that broke their promise: sla_breach_rate is their share of both."
    drill_fields: [detail*]
  }

  measure: reopened_tickets {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.reopened_tickets) = COUNT(${TABLE}.ops_date), SUM(${TABLE}.reopened_tickets), NULL) ;;
    description: "Tickets opened again that day after a closing, each time counted; 0 without an export of changes."
    drill_fields: [detail*]
  }
}
