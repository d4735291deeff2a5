"""From the published tables to the frames behind the charts: all that is computed for a reader.

Read `questions` (GoogleSQL files in `queries/`), then `coverage` with `burn_in` and `limits` (how
far the data reach, and what they cannot know), `sentences` and `coverage_table` (the same in
words), `series` (days and weeks), `snapshot`, `by_segment` and `updates` (the service desk at
as_of). Then what a morning asks: `clearing`, `debt`, `concentration`, `arrivals` and `periods`,
with their sentences in `..._words`. `drill_down` goes from a number to its tickets; `selection`
chooses tickets by filters, and `selected_series` has the days and weeks of the chosen ones.
`notebook` names the modules that 05_trends uses.

May import: `warehouse`, and every room below it.
"""
