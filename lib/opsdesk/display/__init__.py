"""What a person sees: frames in words, charts, the report, printed rows. Nothing is computed here.

Read `frames`, then `chart_style` and `chart_marks` with `time_charts`, `bar_charts` and `charts`
(by name), then `report` with `clean_html` (the wall against ticket text). `query_output` (text),
`query_files` and `query_sheet` (Excel) serve `opsdesk query`.

May import: the ground (`errors`, `project`), and `catalogue` for the names of the age bands.
"""
