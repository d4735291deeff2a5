"""The rules of work_next: a rules file in, checked; the SQL that selects and scores tickets out.

Read `rules` first (what a rule is), then `rules_file` (how it is read), `conditions` and `types`
(what its condition may be), `columns` (what it may use).
The rooms below do not know of rules: `googlesql.definition` takes the SQL of three columns.

May import: `lake`, `googlesql`, and every room below them.
"""
