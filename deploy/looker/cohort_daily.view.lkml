# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: cohort_daily {
  sql_table_name: `@{dataset}.cohort_daily` ;;

  set: detail {
    fields: [created_date, tickets, resolved_1d, resolved_7d, resolved_30d, open_now]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: FORMAT_DATE('%Y-%m-%d', ${TABLE}.created_date) ;;
  }

  dimension_group: created {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.created_date ;;
    description: "The local day of creation."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: tickets {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.tickets) = COUNT(${TABLE}.created_date), SUM(${TABLE}.tickets), NULL) ;;
    description: "Tickets created that day."
    drill_fields: [detail*]
  }

  measure: resolved_1d {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.resolved_1d) = COUNT(${TABLE}.created_date), SUM(${TABLE}.resolved_1d), NULL) ;;
    description: "Of these, resolved within 24 hours of their creation; NULL until 24 hours after the day ended."
    drill_fields: [detail*]
  }

  measure: resolved_7d {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.resolved_7d) = COUNT(${TABLE}.created_date), SUM(${TABLE}.resolved_7d), NULL) ;;
    description: "Of these, resolved within 7 times 24 hours; NULL until that long after the day ended."
    drill_fields: [detail*]
  }

  measure: resolved_30d {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.resolved_30d) = COUNT(${TABLE}.created_date), SUM(${TABLE}.resolved_30d), NULL) ;;
    description: "Of these, resolved within 30 times 24 hours; NULL until that long after the day ended."
    drill_fields: [detail*]
  }

  measure: open_now {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.open_now) = COUNT(${TABLE}.created_date), SUM(${TABLE}.open_now), NULL) ;;
    description: "Of these, still open at as_of."
    drill_fields: [detail*]
  }

  measure: resolved_1d_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(SUM(IF(${TABLE}.tickets IS NULL, NULL, ${TABLE}.resolved_1d)), SUM(IF(${TABLE}.resolved_1d IS NULL, NULL, ${TABLE}.tickets))) ;;
    description: "The share of resolved_1d in tickets. Of several rows, the sums are divided."
    drill_fields: [detail*]
  }

  measure: resolved_7d_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(SUM(IF(${TABLE}.tickets IS NULL, NULL, ${TABLE}.resolved_7d)), SUM(IF(${TABLE}.resolved_7d IS NULL, NULL, ${TABLE}.tickets))) ;;
    description: "The share of resolved_7d in tickets. Of several rows, the sums are divided."
    drill_fields: [detail*]
  }

  measure: resolved_30d_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(SUM(IF(${TABLE}.tickets IS NULL, NULL, ${TABLE}.resolved_30d)), SUM(IF(${TABLE}.resolved_30d IS NULL, NULL, ${TABLE}.tickets))) ;;
    description: "The share of resolved_30d in tickets. Of several rows, the sums are divided."
    drill_fields: [detail*]
  }
}
