"""Where the tables are: DuckDB or BigQuery, with the same few verbs.

Read `protocol` (every promise) and `publication`, then `duckdb` or `bigquery`, each from its
`warehouse` module on. `changes` says what differs since a publication, `billing` what jobs have
cost, `reconciliation` whether lake and tables have the same tickets, `versions` which columns
tables of another version lack. `open` finds the warehouse that a parameter names. A new warehouse
touches neither notebooks nor SQL.

May import: `work`, `lake`, `googlesql`, and every room below them.
"""
