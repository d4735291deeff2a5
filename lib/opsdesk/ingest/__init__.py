"""From an export to cleaned rows: files, records, cells, reasons; and what of it becomes the lake's day files.

Read `mapping`, `source_files` and `export_file` (what is read), `reading` (how), `cleaning_sql` with `reasons` and
`clock_changes` (what a cell means), `rejects`, `day_files` (what is written), `signature` (is there anything to do),
`result` (what the notebook shows); `agents` reads the list of agents, `work_database` bounds memory.

May import: `lake`, `google`, `config` and the ground.
"""
