# Yours to edit: a manifest that is there is never written again.
project_name: "opsdesk"

constant: connection {
  value: "opsdesk"
}

constant: dataset {
  value: "ops_analytics"
}
