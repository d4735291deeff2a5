"""Exploring in a notebook: the magics `%opsdesk` and `%sql`, and the controls of explore.ipynb.

Read `magics` (`%load_ext opsdesk`) with `sentence_error`; then `view` (what a choice shows) and
`controls` (the widgets with which a person chooses).

May import: `session`, and every room below it.
"""
