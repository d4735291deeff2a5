"""What a run is given: its parameters and their rules; and locations, read in one place.

Read `parameters` first (the whole way), then `params_file`, `notebook_parameters`, `names` and
`rules`. `locations` reads gs://, duckdb: and bigquery:. `blocks` and `spark_options` are the blocks
of a params file.

May import: the ground only.
"""
