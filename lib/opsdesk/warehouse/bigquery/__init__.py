"""The warehouse in the cloud: one dataset of BigQuery.

Read `warehouse` (the verbs), `jobs` with `calls` (how a job is run), `tables`
with `expirations`; for months `loader`
with `load_jobs`; for results `publisher` with `statements`. `transactions` has the scripts of both.
`estimate` says what a run will scan, `state` what `opsdesk status` asks.

May import: what `warehouse` may.
"""
