"""The embedded warehouse: one DuckDB file.

Read `warehouse` (the verbs) and `connections`; for months `loader` with `day_ledger`; for tables
`builder`, with `candidates` and `affected` (what changed), `decision` and `days` (what may stay),
`comparison` and `tables`.

May import: what `warehouse` may.
"""
