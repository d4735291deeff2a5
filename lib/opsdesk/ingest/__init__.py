"""From an export to cleaned rows, and from them to the day files of the lake.

Read `mapping` with `mapping_checks` and `timestamp_formats`; `source_files`, `export_file` with
`export_header`, `agents`, `delivery` (what is read); `forms` (what is not CSV); `reading` (how).
Then `cleaning_sql` with `timestamps_sql`, `clock_changes` and `reasons` (what a cell means);
`cleaned_rows`, `verdicts`, `rejects`, `looks_cut`, `reconciliation` (what becomes of a row);
`kept_rows`, `delta`, `day_files` (what is written). `signature` says whether there is anything to
do, `result` is what the notebook shows, `work_database` bounds memory.

May import: `lake`, `catalogue`, `google`, `config` and the ground.
"""
