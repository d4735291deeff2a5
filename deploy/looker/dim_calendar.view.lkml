# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: dim_calendar {
  sql_table_name: `@{dataset}.dim_calendar` ;;

  set: detail {
    fields: [calendar, starts_at_time, ends_at_time, is_open, open_seconds_before,
      open_days, closes_day]
  }

  set: dimensions_only {
    fields: [ends_at_raw, ends_at_time, is_open, open_seconds_before, open_days, closes_day]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: CONCAT(REPLACE(${TABLE}.calendar, '|', '|.'), '|/', CAST(CAST(ROUND(UNIX_MICROS(${TABLE}.starts_at)) AS INT64) AS STRING)) ;;
  }

  dimension: calendar {
    type: string
    sql: ${TABLE}.calendar ;;
    description: "The name of the calendar, as fact_tickets.sla_calendar has it."
  }

  dimension_group: starts_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.starts_at ;;
    description: "The first second of the stretch."
  }

  dimension_group: ends_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.ends_at ;;
    description: "The second after the stretch, with which the next one begins."
  }

  dimension: is_open {
    type: string
    sql: CASE WHEN ${TABLE}.is_open THEN 'yes' WHEN NOT ${TABLE}.is_open THEN 'no' END ;;
    description: "Whether the SLA clock runs in the stretch."
  }

  dimension: open_seconds_before {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.open_seconds_before ;;
    description: "What the calendar's clock shows at starts_at: the open time since its first stretch."
  }

  dimension: open_days {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.open_days ;;
    description: "The days with opening hours since the first stretch, up to and including the local day of starts_at."
  }

  dimension: closes_day {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.closes_day ;;
    description: "The number, in that count, of the day whose last opening hours end at ends_at; NULL where none do."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: is_open_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_open), COUNT(${TABLE}.is_open)) ;;
    description: "The share of yes among yes and no. Whether the SLA clock runs in the stretch."
    drill_fields: [detail*]
  }
}
