"""The lake: day files, a manifest for each month that commits it, and where they are kept.

Read `lake`, `store` (every promise of a store), `folder_store`, then for a bucket `gcs_store` with `gcs_snapshot` and
`bounded_uploads`; `partition` is what backfill loads at once, `open` finds the lake that a parameter names.

May import: `google`, `config` and the ground.
"""
