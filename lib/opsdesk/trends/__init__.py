"""From the published tables to the frames behind the charts: everything that is computed for a reader.

Read `coverage` (how far the data reach), `series` (days and weeks), `snapshot` (the desk at as_of), then `drill_down`
(from a number to its tickets). `queries/*.sql` are the questions, in GoogleSQL.

May import: `warehouse`, and every room below it.
"""
