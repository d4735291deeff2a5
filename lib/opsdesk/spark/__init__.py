"""Spark as the second engine: the same definitions, computed elsewhere, published by the warehouse in the same way.

Read `engine` (what a step is handed), `setup`, `session` (with `java`, `jars`, `google_settings`), then `stage_months`
with `read_lake`, `stage_tables` with `compute`; `handover` brings rows to and from a warehouse, by `parquet_handover` in a
`scratch` folder or by `connector_handover`; `errors` puts Java's errors into words.

May import: `warehouse`, and every room below it; of `emulators` the certificate's password.
"""
