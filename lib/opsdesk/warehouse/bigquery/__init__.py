"""The warehouse in the cloud: one dataset of BigQuery.

Read `warehouse` (the verbs), `jobs` (how one is run), `statements` (their texts), `tables`, `loader`; `estimate` says what
a run will scan, `state` what `opsdesk status` asks.

May import: what `warehouse` may.
"""
