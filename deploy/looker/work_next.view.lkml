# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: work_next {
  sql_table_name: `@{dataset}.work_next` ;;

  set: detail {
    fields: [rank, ticket_id, priority, category, agent_id, customer, hours_left, score,
      reasons, action]
  }

  set: dimensions_only {
    fields: [ticket_id, priority, category, agent_id, customer, hours_left, score, reasons,
      action]
  }

  dimension: rank {
    type: number
    primary_key: yes
    value_format_name: decimal_0
    sql: ${TABLE}.rank ;;
    description: "The place in the order of work, from 1: by score, then by hours_left with NULL last, then by age, then by ticket_id."
  }

  dimension: ticket_id {
    type: string
    sql: ${TABLE}.ticket_id ;;
    description: "The ticket's identifier in the source system; it occurs once."
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

  dimension: customer {
    type: string
    sql: ${TABLE}.customer ;;
    description: "The customer as exported; (none) when blank."
  }

  dimension: hours_left {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}.hours_left ;;
    description: "Time from as_of to due_at, negative when it has passed; NULL without target, or when the export has a date without a time."
  }

  dimension: score {
    type: number
    value_format_name: decimal_0
    sql: ${TABLE}.score ;;
    description: "The sum of the weights of the rules that select the ticket."
  }

  dimension: reasons {
    type: string
    sql: ${TABLE}.reasons ;;
    description: "The names of the rules that select the ticket, in the order of the file, joined by semicolons."
  }

  dimension: action {
    type: string
    sql: ${TABLE}.action ;;
    description: "What to do, in the words of the first rule that selects the ticket."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: average_hours_left {
    type: average
    value_format_name: decimal_2
    sql: ${TABLE}.hours_left ;;
    description: "Mean over the rows. Time from as_of to due_at, negative when it has passed; NULL without target, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: median_hours_left {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_left IGNORE NULLS ORDER BY ${TABLE}.hours_left)[SAFE_ORDINAL(DIV((5 * COUNT(${TABLE}.hours_left) + 9), 10))] ;;
    description: "The value that 5 of 10 rows do not exceed. Time from as_of to due_at, negative when it has passed; NULL without target, or when the export has a date without a time."
    drill_fields: [detail*]
  }

  measure: p90_hours_left {
    type: number
    value_format_name: decimal_2
    sql: ARRAY_AGG(${TABLE}.hours_left IGNORE NULLS ORDER BY ${TABLE}.hours_left)[SAFE_ORDINAL(DIV((9 * COUNT(${TABLE}.hours_left) + 9), 10))] ;;
    description: "The value that 9 of 10 rows do not exceed. Time from as_of to due_at, negative when it has passed; NULL without target, or when the export has a date without a time."
    drill_fields: [detail*]
  }
}
