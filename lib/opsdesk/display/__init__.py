"""What a person sees: frames in words, charts, printed rows. Nothing is computed here.

Read `frames`, then `chart_style` and `chart_marks` with `time_charts`, `bar_charts`
and `charts` (by name).
`query_output` (text), `query_files` and `query_sheet` (Excel) serve `opsdesk query`. The report is
in the room `brief`.

May import: the ground (`errors`, `project`), and `catalogue` for the names of the age bands.
"""
