"""The embedded warehouse: one DuckDB file.

Read `warehouse` (the verbs), `loader` with `day_ledger` (months), then `builder` (tables, whole or in part).

May import: what `warehouse` may.
"""
