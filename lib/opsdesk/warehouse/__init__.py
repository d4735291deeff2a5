"""Where the tables are: DuckDB or BigQuery, with the same few verbs. Adding one touches neither notebooks nor SQL.

Read `protocol` (every promise), then `duckdb` or `bigquery`, each from its `warehouse` module on; `changes` says what may
stay of a publication, `billing` what jobs have cost, `open` finds the one that a parameter names.

May import: `lake`, `googlesql`, and every room below them.
"""
