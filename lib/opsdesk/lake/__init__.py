"""The lake: day files, a manifest for each month that commits it, and where they are kept.

Read `names`, `manifest`, `lake`, then `store` (every promise of a store) and `folder_store`; for a
bucket `gcs_store` with `gcs_snapshot` and `bounded_uploads`. `columns` says what the files hold,
`partition` is what backfill loads at once, `open` finds the lake that a parameter names.

May import: `catalogue`, `google`, `config` and the ground.
"""
