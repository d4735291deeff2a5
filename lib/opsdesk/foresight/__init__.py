"""What will breach, and where the backlog is going, each proven on the user's own past.

Read `questions` (GoogleSQL files in `queries/`), then `origins` (the past moments from which one
looks ahead). For tickets: `breach_scores` (how good the probabilities were), `breach_backtest`.
For the backlog: `flows` (counts by the days of creation and resolution), `hazards` and
`structural`, `level`, `bands` (their width, from past errors), `backlog_backtest`. `checks` says
what is shown, and `estimates` puts the tables together. `published` reads them again: only
with the publication that they were made from. `reaching` and `words` answer and say.
`notebook` names the modules that notebooks use.

May import: `warehouse`, and every room below it.
"""
