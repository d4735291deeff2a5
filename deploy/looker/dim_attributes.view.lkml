# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:
# change that file, or refine this view in a file of your own.

view: dim_attributes {
  sql_table_name: `@{dataset}.dim_attributes` ;;

  set: detail {
    fields: [attribute]
  }

  dimension: attribute {
    type: string
    primary_key: yes
    sql: ${TABLE}.attribute ;;
    description: "The name of the attribute, as the mapping gives it."
  }

  measure: count {
    type: count
    description: "Rows of the table."
    drill_fields: [detail*]
  }
}
