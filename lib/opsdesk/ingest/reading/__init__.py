"""An export as records: found line by line, read and cleaned in blocks, reused from the cache.

Read `chunk`, `record_pattern`, `window` and `line_reader`, `chunk_layout`, then `reuse` (what need
not be read again) with `row_cache`, `cached_chunks` and `cache_file` (where it is), at last
`block_cleaner` and `export_reader`, which bring them together.

May import: what its parent reads and cleans with (`mapping`, `export_file`, `cleaning_sql`,
`cleaned_rows`).
"""
