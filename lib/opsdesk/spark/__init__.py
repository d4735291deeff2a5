"""Spark as the second engine: it computes the same definitions, and the warehouse publishes them.

Read `engine` (what a step gets), then `setup`, `session` with `session_settings`, `java`, `jars`
and `google_settings`. Backfill is `stage_months` with `read_lake`; transform is `stage_tables` with
`compute` and `checkpoints`. `handover` brings rows to Spark and back: `parquet_handover` in a
`scratch` folder, or `connector_handover`. `errors` puts Java's errors into words. `fetch_jars` with
`maven` is `make jars`.

May import: `warehouse`, and every room below it.
"""
