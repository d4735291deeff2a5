# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: signal_daily {
  sql_table_name: `@{dataset}.signal_daily` ;;

  set: detail {
    fields: [ops_date, indicator, dimension, segment, signal, value, expected, lower, upper,
      excess]
  }

  set: dimensions_only {
    fields: [signal]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: CONCAT(FORMAT_DATE('%Y-%m-%d', ${TABLE}.ops_date), '|/', REPLACE(${TABLE}.indicator, '|', '|.'), '|/', REPLACE(${TABLE}.dimension, '|', '|.'), '|/', REPLACE(${TABLE}.segment, '|', '|.')) ;;
  }

  dimension_group: ops {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.ops_date ;;
    description: "The local day; it is over: as_of is not before its last second."
  }

  dimension: indicator {
    type: string
    sql: ${TABLE}.indicator ;;
    description: "What is counted: created or resolved."
  }

  dimension: dimension {
    type: string
    sql: ${TABLE}.dimension ;;
    description: "The word all for all tickets, or a dimension of segment_daily."
  }

  dimension: segment {
    type: string
    sql: ${TABLE}.segment ;;
    description: "The word all for all tickets, or a segment; it is there on days on which it expects at least 5 tickets."
  }

  dimension: signal {
    type: string
    sql: ${TABLE}.signal ;;
    description: "The word high or low outside the limits, shift from the eighth day in a row on one side of expected, NULL for noise and without limits."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: value {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.value), NULL) ;;
    description: "Tickets created or resolved that day. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: expected {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.expected), NULL) ;;
    description: "The median of the same weekday in the eight weeks before; NULL where there are fewer than four. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: lower {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.lower), NULL) ;;
    description: "The lower limit of noise, to a hundredth; NULL where fewer than 28 pairs of days are known. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: upper {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.upper), NULL) ;;
    description: "The upper limit of noise, to a hundredth; NULL where fewer than 28 pairs of days are known. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }

  measure: excess {
    type: number
    value_format_name: decimal_2
    sql: IF(COUNT(${TABLE}.ops_date) = 1, MAX(${TABLE}.excess), NULL) ;;
    description: "How far the day is from what was expected, in limits: above 1 it is a signal. NULL without limits, and where the days before all were as expected. Of a single row; empty for several, as it cannot be added or averaged."
    drill_fields: [detail*]
  }
}
