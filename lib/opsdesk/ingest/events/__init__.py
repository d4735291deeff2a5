"""From an export of changes to the day files of changes in the lake.

Read `plan` (which columns are read), `delivery` (its files), `change_sql` (what a row reports),
`log` (the changes of an export, each once, in order), `verdicts` and `counts` (what became of each
row), `unknown` (changes of tickets that no export has), `lake_rows` (what is written), `record`
(what the next ingest must know), `summary` (what a person sees), and `bring` for the order of all
that.

May import: what its parent reads and writes with (`mapping`, `reading`, `rejects`, `day_files`).
"""
