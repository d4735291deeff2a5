# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: ticket_history {
  sql_table_name: `@{dataset}.ticket_history` ;;

  set: detail {
    fields: [ticket_id, place, from_at_time, until_at_time, from_date, until_date, state,
      status, priority, agent_id, team, sla_hours, sla_clock_hours, clock_hours_used,
      clock_hours_passed, is_closing, is_reopening, is_assignment, is_past_due, judged,
      resolution_hours, due_at_time, breached_at_time, missed_date, kept_date, log_issues]
  }

  set: dimensions_only {
    fields: [from_at_raw, from_at_time, until_at_raw, until_at_time, from_raw, from_date,
      from_day_of_week, from_week, from_month, from_quarter, from_year, until_raw,
      until_date, until_day_of_week, until_week, until_month, until_quarter, until_year,
      state, status, priority, agent_id, team, sla_hours, sla_clock_hours, clock_hours_used,
      clock_hours_passed, is_closing, is_reopening, is_assignment, is_past_due, judged,
      resolution_hours, due_at_raw, due_at_time, breached_at_raw, breached_at_time,
      missed_raw, missed_date, missed_day_of_week, missed_week, missed_month,
      missed_quarter, missed_year, kept_raw, kept_date, kept_day_of_week, kept_week,
      kept_month, kept_quarter, kept_year, log_issues]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: CONCAT(REPLACE(${TABLE}.ticket_id, '|', '|.'), '|/', CAST(CAST(ROUND(${TABLE}.place) AS INT64) AS STRING)) ;;
  }

  dimension: ticket_id {
    type: string
    sql: ${TABLE}.ticket_id ;;
    description: "The ticket's identifier in the source system."
  }

  dimension: place {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.place ;;
    description: "The place of the row among those of the ticket; 0 is the creation."
  }

  dimension_group: from_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.from_at ;;
    description: "The moment of the change, never before the creation."
  }

  dimension_group: until_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.until_at ;;
    description: "The moment of the next change; NULL for the row in force at as_of."
  }

  dimension_group: from {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.from_date ;;
    description: "The local day of from_at."
  }

  dimension_group: until {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.until_date ;;
    description: "The local day of until_at; NULL where that is."
  }

  dimension: state {
    type: string
    sql: ${TABLE}.state ;;
    description: "What the status means for the SLA clock, which runs while it is open and stops while it is paused or closed."
  }

  dimension: status {
    type: string
    sql: ${TABLE}.status ;;
    description: "The status in force."
  }

  dimension: priority {
    type: string
    sql: ${TABLE}.priority ;;
    description: "The priority in force; (none) when blank."
  }

  dimension: agent_id {
    type: string
    sql: ${TABLE}.agent_id ;;
    description: "The agent in force; (unassigned) when blank."
  }

  dimension: team {
    type: string
    sql: ${TABLE}.team ;;
    description: "The team in force; NULL where the log never names a team: then it is that of the agent."
  }

  dimension: sla_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.sla_hours ;;
    description: "The promised time to resolution in force; NULL when nothing is promised."
  }

  dimension: sla_clock_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.sla_clock_hours ;;
    description: "The promise in force on the SLA clock; NULL without one."
  }

  dimension: clock_hours_used {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.clock_hours_used ;;
    description: "What the SLA clock of the ticket had run when the row began."
  }

  dimension: clock_hours_passed {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.clock_hours_passed ;;
    description: "The time in the hours of the ticket's calendar until the next change or as_of, whether its clock ran or not."
  }

  dimension: is_closing {
    type: string
    sql: CASE WHEN ${TABLE}.is_closing THEN 'yes' WHEN NOT ${TABLE}.is_closing THEN 'no' END ;;
    description: "Whether the ticket was closed by this change."
  }

  dimension: is_reopening {
    type: string
    sql: CASE WHEN ${TABLE}.is_reopening THEN 'yes' WHEN NOT ${TABLE}.is_reopening THEN 'no' END ;;
    description: "Whether the ticket was reopened by this change."
  }

  dimension: is_assignment {
    type: string
    sql: CASE WHEN ${TABLE}.is_assignment THEN 'yes' WHEN NOT ${TABLE}.is_assignment THEN 'no' END ;;
    description: "Whether the ticket got an agent by this change, or had one at its creation."
  }

  dimension: is_past_due {
    type: string
    sql: CASE WHEN ${TABLE}.is_past_due THEN 'yes' WHEN NOT ${TABLE}.is_past_due THEN 'no' END ;;
    description: "Whether the promise had been broken in an earlier row."
  }

  dimension: judged {
    type: string
    sql: ${TABLE}.judged ;;
    description: "Of a closing, whether the promise was met or breached by then; NULL for other rows, or when nothing was promised."
  }

  dimension: resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.resolution_hours ;;
    description: "Of a closing, the time since the creation; NULL for other rows, or when the export has a date without a time."
  }

  dimension_group: due_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.due_at ;;
    description: "When the promise would fall due if nothing changed any more: of a closed ticket as if it had not been closed, of a paused one as if its clock ran on from the next change, or from as_of; NULL when nothing is promised."
  }

  dimension_group: breached_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.breached_at ;;
    description: "The moment the promise of the ticket was broken, on each of its rows; NULL when it was not."
  }

  dimension_group: missed {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.missed_date ;;
    description: "The local day of breached_at, on the row in which that was; NULL on others."
  }

  dimension_group: kept {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.kept_date ;;
    description: "The local day on which the promise would have fallen due, where the ticket was closed in time and still was at the end of that day. A ticket that is changed while it is closed has one, on the first such row; NULL on other rows."
  }

  dimension: log_issues {
    type: string
    sql: ${TABLE}.log_issues ;;
    description: "What log and export do not agree on, as codes joined by semicolons, on row 0; NULL when nothing."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: average_sla_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.sla_hours ;;
    description: "Mean over the rows. The promised time to resolution in force; NULL when nothing is promised."
    drill_fields: [detail*]
  }

  measure: median_sla_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_hours IGNORE NULLS ORDER BY ${TABLE}.sla_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.sla_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. The promised time to resolution in force; NULL when nothing is promised."
    drill_fields: [detail*]
  }

  measure: p90_sla_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_hours IGNORE NULLS ORDER BY ${TABLE}.sla_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.sla_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. The promised time to resolution in force; NULL when nothing is promised."
    drill_fields: [detail*]
  }

  measure: average_sla_clock_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.sla_clock_hours ;;
    description: "Mean over the rows. The promise in force on the SLA clock; NULL without one."
    drill_fields: [detail*]
  }

  measure: median_sla_clock_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_clock_hours IGNORE NULLS ORDER BY ${TABLE}.sla_clock_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.sla_clock_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. The promise in force on the SLA clock; NULL without one."
    drill_fields: [detail*]
  }

  measure: p90_sla_clock_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_clock_hours IGNORE NULLS ORDER BY ${TABLE}.sla_clock_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.sla_clock_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. The promise in force on the SLA clock; NULL without one."
    drill_fields: [detail*]
  }

  measure: average_clock_hours_used {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.clock_hours_used ;;
    description: "Mean over the rows. What the SLA clock of the ticket had run when the row began."
    drill_fields: [detail*]
  }

  measure: median_clock_hours_used {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.clock_hours_used IGNORE NULLS ORDER BY ${TABLE}.clock_hours_used)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.clock_hours_used) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. What the SLA clock of the ticket had run when the row began."
    drill_fields: [detail*]
  }

  measure: p90_clock_hours_used {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.clock_hours_used IGNORE NULLS ORDER BY ${TABLE}.clock_hours_used)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.clock_hours_used) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. What the SLA clock of the ticket had run when the row began."
    drill_fields: [detail*]
  }

  measure: average_clock_hours_passed {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.clock_hours_passed ;;
    description: "Mean over the rows. The time in the hours of the ticket's calendar until the next change or as_of, whether its clock ran or not."
    drill_fields: [detail*]
  }

  measure: median_clock_hours_passed {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.clock_hours_passed IGNORE NULLS ORDER BY ${TABLE}.clock_hours_passed)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.clock_hours_passed) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. The time in the hours of the ticket's calendar until the next change or as_of, whether its clock ran or not."
    drill_fields: [detail*]
  }

  measure: p90_clock_hours_passed {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.clock_hours_passed IGNORE NULLS ORDER BY ${TABLE}.clock_hours_passed)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.clock_hours_passed) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. The time in the hours of the ticket's calendar until the next change or as_of, whether its clock ran or not."
    drill_fields: [detail*]
  }

  measure: is_closing_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_closing), COUNT(${TABLE}.is_closing)) ;;
    description: "The share of yes among yes and no. Whether the ticket was closed by this change."
    drill_fields: [detail*]
  }

  measure: is_reopening_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_reopening), COUNT(${TABLE}.is_reopening)) ;;
    description: "The share of yes among yes and no. Whether the ticket was reopened by this change."
    drill_fields: [detail*]
  }

  measure: is_assignment_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_assignment), COUNT(${TABLE}.is_assignment)) ;;
    description: "The share of yes among yes and no. Whether the ticket got an agent by this change, or had one at its creation."
    drill_fields: [detail*]
  }

  measure: is_past_due_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_past_due), COUNT(${TABLE}.is_past_due)) ;;
    description: "The share of yes among yes and no. Whether the promise had been broken in an earlier row."
    drill_fields: [detail*]
  }

  measure: average_resolution_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.resolution_hours ;;
    description: "Mean over the rows. Of a closing, the time since the creation; NULL for other rows, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: median_resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.resolution_hours IGNORE NULLS ORDER BY ${TABLE}.resolution_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.resolution_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Of a closing, the time since the creation; NULL for other rows, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: p90_resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.resolution_hours IGNORE NULLS ORDER BY ${TABLE}.resolution_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.resolution_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Of a closing, the time since the creation; NULL for other rows, or when the export has a date without a time."
    drill_fields: [detail*]
  }
}
