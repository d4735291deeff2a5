"""An export as records: found line by line, read and cleaned in blocks, reused from the cache.

Read `chunk`, `record_pattern`, `window`, `line_reader` and `chunk_layout`: how records are found.
Then `reuse` (what need not be read again) with `row_cache`, `cached_chunks` and `cache_file`.
`block_cleaner` and `export_reader` bring them together.

May import: what its parent reads and cleans with (`mapping`, `export_file`, `cleaning_sql`,
`cleaned_rows`).
"""
