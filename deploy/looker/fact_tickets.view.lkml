# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: fact_tickets {
  sql_table_name: `@{dataset}.fact_tickets` ;;

  set: detail {
    fields: [ticket_id, created_at_time, resolved_at_time, created_date, resolved_date,
      is_resolved, resolution_hours_clean, sla_hours, sla_breached, priority, category,
      channel, customer_tier, status, agent_id, updated_at_time, first_response_at_time,
      customer, subject, attributes, due_at_time, due_date, sla_state, breached_at_time,
      hours_open, first_response_date, first_response_hours, hours_since_update,
      sla_calendar, sla_clock_hours, business_resolution_hours, business_hours_open,
      team_in_force, reopens, assignments, first_resolved_at_time, paused_hours, is_paused,
      log_issues]
  }

  set: dimensions_only {
    fields: [created_at_raw, created_at_time, resolved_at_raw, resolved_at_time,
      created_raw, created_date, created_day_of_week, created_week, created_month,
      created_quarter, created_year, resolved_raw, resolved_date, resolved_day_of_week,
      resolved_week, resolved_month, resolved_quarter, resolved_year, is_resolved,
      resolution_hours_clean, sla_hours, sla_breached, priority, category, channel,
      customer_tier, status, agent_id, updated_at_raw, updated_at_time,
      first_response_at_raw, first_response_at_time, customer, subject, attributes,
      due_at_raw, due_at_time, due_raw, due_date, due_day_of_week, due_week, due_month,
      due_quarter, due_year, sla_state, breached_at_raw, breached_at_time, hours_open,
      first_response_raw, first_response_date, first_response_day_of_week,
      first_response_week, first_response_month, first_response_quarter,
      first_response_year, first_response_hours, hours_since_update, sla_calendar,
      sla_clock_hours, business_resolution_hours, business_hours_open, team_in_force,
      reopens, assignments, first_resolved_at_raw, first_resolved_at_time, paused_hours,
      is_paused, log_issues]
  }

  dimension: ticket_id {
    type: string
    primary_key: yes
    sql: ${TABLE}.ticket_id ;;
    description: "The ticket's identifier in the source system."
  }

  dimension_group: created_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.created_at ;;
    description: "The moment the ticket was created."
  }

  dimension_group: resolved_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.resolved_at ;;
    description: "The moment the ticket was resolved; NULL when it was still open at as_of."
  }

  dimension_group: created {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.created_date ;;
    description: "The local day of created_at."
  }

  dimension_group: resolved {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.resolved_date ;;
    description: "The local day of resolved_at, never before created_date; NULL when open."
  }

  dimension: is_resolved {
    type: string
    sql: CASE WHEN ${TABLE}.is_resolved THEN 'yes' WHEN NOT ${TABLE}.is_resolved THEN 'no' END ;;
    description: "Whether the ticket was resolved by as_of; resolved_at alone decides, not the status."
  }

  dimension: resolution_hours_clean {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.resolution_hours_clean ;;
    description: "Time from created_at to resolved_at; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
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

  dimension: channel {
    type: string
    sql: ${TABLE}.channel ;;
    description: "The channel the ticket came in by; (none) when blank."
  }

  dimension: customer_tier {
    type: string
    sql: ${TABLE}.customer_tier ;;
    description: "The customer's tier as exported; (none) when blank."
  }

  dimension: status {
    type: string
    sql: ${TABLE}.status ;;
    description: "Status as exported; (none) when blank. Shown only: it decides nothing."
  }

  dimension: agent_id {
    type: string
    sql: ${TABLE}.agent_id ;;
    description: "The agent the ticket is assigned to in the export; (unassigned) when blank."
  }

  dimension_group: updated_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.updated_at ;;
    description: "The moment the export gives as the ticket's last change; NULL where it gives none, or one after as_of."
  }

  dimension_group: first_response_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.first_response_at ;;
    description: "The moment an agent first answered; NULL where none had by as_of, or the export has no such column."
  }

  dimension: customer {
    type: string
    sql: ${TABLE}.customer ;;
    description: "The customer as exported; (none) when blank."
  }

  dimension: subject {
    type: string
    sql: ${TABLE}.subject ;;
    description: "The subject as exported; NULL when blank."
  }

  dimension: attributes {
    type: string
    sql: ${TABLE}.attributes ;;
    description: "Further columns of the export as a JSON object of texts; NULL without any."
  }

  dimension_group: due_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.due_at ;;
    description: "The moment by which the ticket should be resolved: created_at plus sla_hours on the SLA clock, to the nearest second; NULL without target."
  }

  dimension_group: due {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.due_date ;;
    description: "The local day of due_at; NULL without target."
  }

  dimension: sla_state {
    type: string
    sql: ${TABLE}.sla_state ;;
    description: "What had become of the promise at as_of: met, breached, pending (open, not due yet), paused (open, and a status stops the clock) or no_target. Where the export knows no targets at all, its flag judges resolved tickets."
  }

  dimension_group: breached_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.breached_at ;;
    description: "The moment the promise was broken, which is due_at and not the moment of resolution; NULL when it was not."
  }

  dimension: hours_open {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.hours_open ;;
    description: "How long an open ticket had been open at as_of; NULL when resolved, or when the export has a date without a time."
  }

  dimension_group: first_response {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.first_response_date ;;
    description: "The local day of first_response_at, never before created_date; NULL until there is one."
  }

  dimension: first_response_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.first_response_hours ;;
    description: "Time from created_at to first_response_at, 0 when the export has it earlier; NULL until there is one, or when the export has a date without a time."
  }

  dimension: hours_since_update {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.hours_since_update ;;
    description: "How long ago an open ticket was last changed at as_of; NULL when resolved, or when updated_at is NULL."
  }

  dimension: sla_calendar {
    type: string
    sql: ${TABLE}.sla_calendar ;;
    description: "The calendar in whose open hours the SLA clock of the ticket runs; NULL where it runs round the clock."
  }

  dimension: sla_clock_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.sla_clock_hours ;;
    description: "The promise on the SLA clock: its hours from created_at to due_at; NULL without target."
  }

  dimension: business_resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.business_resolution_hours ;;
    description: "Time from created_at to resolved_at on the SLA clock; NULL where resolution_hours_clean is."
  }

  dimension: business_hours_open {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.business_hours_open ;;
    description: "How long an open ticket had been open at as_of on the SLA clock; NULL where hours_open is."
  }

  dimension: team_in_force {
    type: string
    sql: ${TABLE}.team_in_force ;;
    description: "The team in force at as_of by the export of changes; NULL where that names none: then it is that of the agent."
  }

  dimension: reopens {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.reopens ;;
    description: "How often the ticket was opened again after a closing; NULL where the export of changes does not know it."
  }

  dimension: assignments {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.assignments ;;
    description: "How often the ticket got an agent, creation included; NULL where the export of changes does not know it."
  }

  dimension_group: first_resolved_at {
    type: time
    timeframes: [raw, time]
    datatype: timestamp
    sql: ${TABLE}.first_resolved_at ;;
    description: "The moment of the first closing in the export of changes; NULL when there was none, or where it does not know the ticket."
  }

  dimension: paused_hours {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.paused_hours ;;
    description: "The hours of the ticket's calendar in which a status stopped its clock; NULL where the export of changes does not know it."
  }

  dimension: is_paused {
    type: string
    sql: CASE WHEN ${TABLE}.is_paused THEN 'yes' WHEN NOT ${TABLE}.is_paused THEN 'no' END ;;
    description: "Whether a status stops the clock at as_of; NULL where the export of changes does not know the ticket."
  }

  dimension: log_issues {
    type: string
    sql: ${TABLE}.log_issues ;;
    description: "What the export of changes and that of the tickets do not agree on, as codes joined by semicolons; NULL when nothing."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: is_resolved_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_resolved), COUNT(${TABLE}.is_resolved)) ;;
    description: "The share of yes among yes and no. Whether the ticket was resolved by as_of; resolved_at alone decides, not the status."
    drill_fields: [detail*]
  }

  measure: average_resolution_hours_clean {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.resolution_hours_clean ;;
    description: "Mean over the rows. Time from created_at to resolved_at; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
    drill_fields: [detail*]
  }

  measure: median_resolution_hours_clean {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.resolution_hours_clean IGNORE NULLS ORDER BY ${TABLE}.resolution_hours_clean)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.resolution_hours_clean) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Time from created_at to resolved_at; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
    drill_fields: [detail*]
  }

  measure: p90_resolution_hours_clean {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.resolution_hours_clean IGNORE NULLS ORDER BY ${TABLE}.resolution_hours_clean)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.resolution_hours_clean) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Time from created_at to resolved_at; NULL when open, or when the export has the ticket resolved before it was created, or a date without a time."
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

  measure: average_first_response_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.first_response_hours ;;
    description: "Mean over the rows. Time from created_at to first_response_at, 0 when the export has it earlier; NULL until there is one, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: median_first_response_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.first_response_hours IGNORE NULLS ORDER BY ${TABLE}.first_response_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.first_response_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Time from created_at to first_response_at, 0 when the export has it earlier; NULL until there is one, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: p90_first_response_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.first_response_hours IGNORE NULLS ORDER BY ${TABLE}.first_response_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.first_response_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Time from created_at to first_response_at, 0 when the export has it earlier; NULL until there is one, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: average_hours_since_update {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.hours_since_update ;;
    description: "Mean over the rows. How long ago an open ticket was last changed at as_of; NULL when resolved, or when updated_at is NULL."
    drill_fields: [detail*]
  }

  measure: median_hours_since_update {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_since_update IGNORE NULLS ORDER BY ${TABLE}.hours_since_update)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.hours_since_update) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. How long ago an open ticket was last changed at as_of; NULL when resolved, or when updated_at is NULL."
    drill_fields: [detail*]
  }

  measure: p90_hours_since_update {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_since_update IGNORE NULLS ORDER BY ${TABLE}.hours_since_update)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.hours_since_update) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. How long ago an open ticket was last changed at as_of; NULL when resolved, or when updated_at is NULL."
    drill_fields: [detail*]
  }

  measure: average_sla_clock_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.sla_clock_hours ;;
    description: "Mean over the rows. The promise on the SLA clock: its hours from created_at to due_at; NULL without target."
    drill_fields: [detail*]
  }

  measure: median_sla_clock_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_clock_hours IGNORE NULLS ORDER BY ${TABLE}.sla_clock_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.sla_clock_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. The promise on the SLA clock: its hours from created_at to due_at; NULL without target."
    drill_fields: [detail*]
  }

  measure: p90_sla_clock_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.sla_clock_hours IGNORE NULLS ORDER BY ${TABLE}.sla_clock_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.sla_clock_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. The promise on the SLA clock: its hours from created_at to due_at; NULL without target."
    drill_fields: [detail*]
  }

  measure: average_business_resolution_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.business_resolution_hours ;;
    description: "Mean over the rows. Time from created_at to resolved_at on the SLA clock; NULL where resolution_hours_clean is."
    drill_fields: [detail*]
  }

  measure: median_business_resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.business_resolution_hours IGNORE NULLS ORDER BY ${TABLE}.business_resolution_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.business_resolution_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Time from created_at to resolved_at on the SLA clock; NULL where resolution_hours_clean is."
    drill_fields: [detail*]
  }

  measure: p90_business_resolution_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.business_resolution_hours IGNORE NULLS ORDER BY ${TABLE}.business_resolution_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.business_resolution_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Time from created_at to resolved_at on the SLA clock; NULL where resolution_hours_clean is."
    drill_fields: [detail*]
  }

  measure: average_business_hours_open {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.business_hours_open ;;
    description: "Mean over the rows. How long an open ticket had been open at as_of on the SLA clock; NULL where hours_open is."
    drill_fields: [detail*]
  }

  measure: median_business_hours_open {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.business_hours_open IGNORE NULLS ORDER BY ${TABLE}.business_hours_open)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.business_hours_open) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. How long an open ticket had been open at as_of on the SLA clock; NULL where hours_open is."
    drill_fields: [detail*]
  }

  measure: p90_business_hours_open {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.business_hours_open IGNORE NULLS ORDER BY ${TABLE}.business_hours_open)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.business_hours_open) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. How long an open ticket had been open at as_of on the SLA clock; NULL where hours_open is."
    drill_fields: [detail*]
  }

  measure: average_paused_hours {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.paused_hours ;;
    description: "Mean over the rows. The hours of the ticket's calendar in which a status stopped its clock; NULL where the export of changes does not know it."
    drill_fields: [detail*]
  }

  measure: median_paused_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.paused_hours IGNORE NULLS ORDER BY ${TABLE}.paused_hours)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.paused_hours) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. The hours of the ticket's calendar in which a status stopped its clock; NULL where the export of changes does not know it."
    drill_fields: [detail*]
  }

  measure: p90_paused_hours {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.paused_hours IGNORE NULLS ORDER BY ${TABLE}.paused_hours)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.paused_hours) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. The hours of the ticket's calendar in which a status stopped its clock; NULL where the export of changes does not know it."
    drill_fields: [detail*]
  }

  measure: is_paused_share {
    type: number
    value_format_name: percent_1
    sql: SAFE_DIVIDE(COUNTIF(${TABLE}.is_paused), COUNT(${TABLE}.is_paused)) ;;
    description: "The share of yes among yes and no. Whether a status stops the clock at as_of; NULL where the export of changes does not know the ticket."
    drill_fields: [detail*]
  }
}
