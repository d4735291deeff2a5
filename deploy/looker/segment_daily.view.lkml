# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: segment_daily {
  sql_table_name: `@{dataset}.segment_daily` ;;

  set: detail {
    fields: [ops_date, dimension, segment, created, resolved, backlog_size, past_due,
      sla_due_tickets, sla_due_missed, met, breached, reopened, moved_in, moved_out]
  }

  dimension: row_key {
    hidden: yes
    primary_key: yes
    type: string
    sql: CONCAT(FORMAT_DATE('%Y-%m-%d', ${TABLE}.ops_date), '|/', REPLACE(${TABLE}.dimension, '|', '|.'), '|/', REPLACE(${TABLE}.segment, '|', '|.')) ;;
  }

  dimension_group: ops {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.ops_date ;;
    description: "The local day; the last one ends at as_of."
  }

  dimension: dimension {
    type: string
    sql: ${TABLE}.dimension ;;
    description: "What the tickets are divided by: priority, category, channel, customer_tier, with an agents file team, and each attribute by its name."
  }

  dimension: segment {
    type: string
    sql: ${TABLE}.segment ;;
    description: "The value of the dimension; (none) when blank, of an attribute for every ticket without it. A ticket's team is that of its agent, (none) for an agent without team, not in the file, or unassigned."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }

  measure: created {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.created) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.created), NULL) ;;
    description: "Tickets of the segment created that day. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: resolved {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.resolved) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.resolved), NULL) ;;
    description: "Tickets of the segment resolved that day. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: backlog_size {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.backlog_size HAVING MAX ${TABLE}.ops_date), NULL) ;;
    description: "Tickets of the segment open at the end of the day. Of several days, the last one counts. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: past_due {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.past_due HAVING MAX ${TABLE}.ops_date), NULL) ;;
    description: "Open tickets of the segment whose due_at had passed at the end of the day. Of several days, the last one counts. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: sla_due_tickets {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.sla_due_tickets) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.sla_due_tickets), NULL) ;;
    description: "Tickets of the segment that fell due that day, by as_of. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: sla_due_missed {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.sla_due_missed) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.sla_due_missed), NULL) ;;
    description: "Of these, unresolved at that moment. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: met {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.met) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.met), NULL) ;;
    description: "Of the segment's tickets resolved that day, those that kept their promise. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: breached {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.breached) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.breached), NULL) ;;
    description: "Of the segment's tickets resolved that day, those that broke their promise. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: reopened {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.reopened) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.reopened), NULL) ;;
    description: "Tickets of the segment that were opened again that day. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: moved_in {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.moved_in) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.moved_in), NULL) ;;
    description: "Open tickets that came into the segment that day because their priority or team changed. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: moved_out {
    type: number
    value_format_name: decimal_0
    sql: IF(COUNT(${TABLE}.moved_out) = COUNT(${TABLE}.ops_date) AND COUNT(DISTINCT ${TABLE}.dimension) = 1, SUM(${TABLE}.moved_out), NULL) ;;
    description: "Open tickets that left the segment that day because their priority or team changed. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: sla_breach_rate {
    type: number
    value_format_name: percent_1
    sql: IF(COUNT(DISTINCT ${TABLE}.dimension) = 1, SAFE_DIVIDE(SUM(IF(${TABLE}.met + ${TABLE}.breached IS NULL, NULL, ${TABLE}.breached)), SUM(IF(${TABLE}.breached IS NULL, NULL, ${TABLE}.met + ${TABLE}.breached))), NULL) ;;
    description: "The share of breached in met + breached. Of several rows, the sums are divided. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }

  measure: sla_attainment {
    type: number
    value_format_name: percent_1
    sql: IF(COUNT(DISTINCT ${TABLE}.dimension) = 1, 1 - SAFE_DIVIDE(SUM(IF(${TABLE}.sla_due_tickets IS NULL, NULL, ${TABLE}.sla_due_missed)), SUM(IF(${TABLE}.sla_due_missed IS NULL, NULL, ${TABLE}.sla_due_tickets))), NULL) ;;
    description: "1 minus the share of sla_due_missed in sla_due_tickets. Of several rows, the sums are divided. Empty unless the rows have one dimension."
    drill_fields: [detail*]
  }
}
