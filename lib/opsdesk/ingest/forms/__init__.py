"""Every form of an export as CSV text: what is not plain UTF-8 CSV is converted in the work folder.

Read `reading_options` and `csv_text` (what comes in, what goes out) and `open_form` with
`recognise` (which form a file has). Each form has a module: `archives` (gz, zip), `encodings`,
`workbook` (xlsx), `json_file` with `json_objects`, `json_window` and `json_paths`, and `parquet`.
They write into a `spool`, which keeps the way back to the lines of the delivered file in `places`;
`typed_cells` is what a date or a number of a workbook becomes.

May import: `export_header`, `reading.chunk` and `reading.record_pattern` of its parent, and the
ground.
"""
