# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: ticket_sla_risk {
  sql_table_name: `@{dataset}.ticket_sla_risk` ;;

  set: detail {
    fields: [ticket_id, created_at_ts_time, created_date, priority, category, agent_id,
      resolution_hours_clean, sla_hours, sla_breached, day_of_week, hour_of_day,
      is_high_priority, is_long_resolution, hours_open, hours_left, sla_elapsed, sla_state,
      risk_band]
  }

  set: dimensions_only {
    fields: [created_at_ts_raw, created_at_ts_time, created_raw, created_date,
      created_day_of_week, created_week, created_month, created_quarter, created_year,
      priority, category, agent_id, resolution_hours_clean, sla_hours, sla_breached,
      day_of_week, hour_of_day, is_high_priority, is_long_resolution, hours_open,
      hours_left, sla_elapsed, sla_state, risk_band]
  }

  dimension: ticket_id {
    type: string
    primary_key: yes
    sql: ${TABLE}.ticket_id ;;
    description: "The ticket's identifier in the source system."
  }

  dimension_group: created_at_ts {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.created_at_ts ;;
    description: "The moment the ticket was created."
  }

  dimension_group: created {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.created_date ;;
    description: "The local day of creation."
  }

  dimension: priority {
    type: string
    sql: ${TABLE}.priority ;;
    description: "Priority as exported; (none) when blank."
  }

  dimension: category {
    type: string
    sql: ${TABLE}.category ;;
    description: "Category as exported; (none) when blank."
  }

  dimension: agent_id {
    type: string
    sql: ${TABLE}.agent_id ;;
    description: "The agent the ticket is assigned to in the export; (unassigned) when blank."
  }

  dimension: resolution_hours_clean {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.resolution_hours_clean ;;
    description: "Time from creation to resolution; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
  }

  dimension: sla_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.sla_hours ;;
    description: "The promised time to resolution; NULL when nothing was promised."
  }

  dimension: sla_breached {
    type: string
    sql: CASE WHEN ${TABLE}.sla_breached THEN 'yes' WHEN NOT ${TABLE}.sla_breached THEN 'no' END ;;
    description: "TRUE when the promise was broken, FALSE when it was kept, NULL when that is not decided yet or nothing was promised."
  }

  dimension: day_of_week {
    type: string
    sql: ${TABLE}.day_of_week ;;
    description: "The local weekday of creation: Mon, Tue, Wed, Thu, Fri, Sat or Sun."
  }

  dimension: hour_of_day {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.hour_of_day ;;
    description: "The local hour of creation, 0 to 23."
  }

  dimension: is_high_priority {
    type: string
    sql: CASE WHEN ${TABLE}.is_high_priority THEN 'yes' WHEN NOT ${TABLE}.is_high_priority THEN 'no' END ;;
    description: "Whether the priority is Critical or High."
  }

  dimension: is_long_resolution {
    type: string
    sql: CASE WHEN ${TABLE}.is_long_resolution THEN 'yes' WHEN NOT ${TABLE}.is_long_resolution THEN 'no' END ;;
    description: "Whether the resolution, or as_of while open, is later than due_at; NULL without target."
  }

  dimension: hours_open {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.hours_open ;;
    description: "How long an open ticket had been open at as_of; NULL when resolved, or when the export has a date without a time."
  }

  dimension: hours_left {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.hours_left ;;
    description: "Time from as_of to due_at of an open ticket, negative when it has passed; NULL when resolved or without target, or when hours_open is."
  }

  dimension: sla_elapsed {
    type: number
    value_format_name: percent_1
    sql: ${TABLE}.sla_elapsed ;;
    description: "The share of the promised time that an open ticket has used, above 1 when past due; NULL when resolved or without target, or when hours_open is."
  }

  dimension: sla_state {
    type: string
    sql: ${TABLE}.sla_state ;;
    description: "What had become of the promise at as_of: met, breached, pending (open, not due yet), paused (open, and a status stops the clock) or no_target."
  }

  dimension: risk_band {
    type: string
    sql: ${TABLE}.risk_band ;;
    description: "Of an open ticket: breached, at_risk (three quarters of the promised time are used), on_track, paused (a status stops the clock) or no_target; NULL when resolved."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: average_resolution_hours_clean {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.resolution_hours_clean ;;
    description: "Mean over the rows. Time from creation to resolution; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
    drill_fields: [detail*]
  }

  measure: median_resolution_hours_clean {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.resolution_hours_clean IGNORE NULLS ORDER BY ${TABLE}.resolution_hours_clean)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.resolution_hours_clean) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Time from creation to resolution; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
    drill_fields: [detail*]
  }

  measure: p90_resolution_hours_clean {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.resolution_hours_clean IGNORE NULLS ORDER BY ${TABLE}.resolution_hours_clean)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.resolution_hours_clean) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Time from creation to resolution; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
    drill_fields: [detail*]
  }

  measure: average_sla_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.sla_hours ;;
    description: "Mean over the rows. The promised time to resolution; NULL when nothing was promised."
    drill_fields: [detail*]
  }

  measure: median_sla_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_hours IGNORE NULLS ORDER BY ${TABLE}.sla_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.sla_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. The promised time to resolution; NULL when nothing was promised."
    drill_fields: [detail*]
  }

  measure: p90_sla_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_hours IGNORE NULLS ORDER BY ${TABLE}.sla_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.sla_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. The promised time to resolution; NULL when nothing was promised."
    drill_fields: [detail*]
  }

  measure: sla_breached_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.sla_breached), COUNT(${TABLE}.sla_breached)) ;;
    description: "The share of yes among yes and no. TRUE when the promise was broken, FALSE when it was kept, NULL when that is not decided yet or nothing was promised."
    drill_fields: [detail*]
  }

  measure: is_high_priority_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_high_priority), COUNT(${TABLE}.is_high_priority)) ;;
    description: "The share of yes among yes and no. Whether the priority is Critical or High."
    drill_fields: [detail*]
  }

  measure: is_long_resolution_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_long_resolution), COUNT(${TABLE}.is_long_resolution)) ;;
    description: "The share of yes among yes and no. Whether the resolution, or as_of while open, is later than due_at; NULL without target."
    drill_fields: [detail*]
  }

  measure: average_hours_open {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.hours_open ;;
    description: "Mean over the rows. How long an open ticket had been open at as_of; NULL when resolved, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: median_hours_open {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_open IGNORE NULLS ORDER BY ${TABLE}.hours_open)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.hours_open) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. How long an open ticket had been open at as_of; NULL when resolved, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: p90_hours_open {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_open IGNORE NULLS ORDER BY ${TABLE}.hours_open)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.hours_open) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. How long an open ticket had been open at as_of; NULL when resolved, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: average_hours_left {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.hours_left ;;
    description: "Mean over the rows. Time from as_of to due_at of an open ticket, negative when it has passed; NULL when resolved or without target, or when hours_open is."
    drill_fields: [detail*]
  }

  measure: median_hours_left {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_left IGNORE NULLS ORDER BY ${TABLE}.hours_left)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.hours_left) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Time from as_of to due_at of an open ticket, negative when it has passed; NULL when resolved or without target, or when hours_open is."
    drill_fields: [detail*]
  }

  measure: p90_hours_left {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_left IGNORE NULLS ORDER BY ${TABLE}.hours_left)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.hours_left) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Time from as_of to due_at of an open ticket, negative when it has passed; NULL when resolved or without target, or when hours_open is."
    drill_fields: [detail*]
  }
}
