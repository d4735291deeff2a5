"""What a person sees: frames in words, charts, the report, printed rows. Nothing is computed here.

Read `frames`, `chart_style`, `time_charts`, `bar_charts`, `report`; `query_output` serves `opsdesk query`.

May import: the ground only (`errors`, `project`).
"""
