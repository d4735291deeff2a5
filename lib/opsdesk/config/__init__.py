"""What a run is told: parameters, their rules, where each comes from; and locations, read in one place.

Read `parameters` (the whole way), `params_file`, `notebook_parameters`, `rules`; `locations` reads gs://, duckdb: and
bigquery:, `blocks` and `spark_options` the blocks of a params file, `secret_words` what must not be written down.

May import: the ground only.
"""
