"""An export as records: found line by line, read and cleaned in blocks, reused where they were read before.

Read `chunk` and `record_pattern`, `line_reader`, `chunk_layout`, `reuse` (what need not be read again), `row_cache` (where
it is kept), then `clean_blocks`, which brings them together.

May import: its parent's modules but for `day_files`, `rejects`, `result`, `signature`.
"""
