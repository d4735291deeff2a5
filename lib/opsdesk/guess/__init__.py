"""What an unknown export holds: the command `opsdesk map`.

Read `map_export`, the door. `text_form` with `encoding` and `table` read a file of any form. `find`
finds out what it holds: `known_forms` with `by_form` by its header, `by_names` with `columns` and
`words` (words.yaml) by names and values. `times` with `date_formats` and `format_choice` say which
formats read it, `counts` with `labels` what its statuses and priorities are. `findings` is the
value of all that; `lines` with `decisions` and `shown` prints it, `mapping_text` and `files` write
it. `cells` is the SQL that they share.

Nothing is decided without a word: each guess is printed with values and the share that it reads.

May import: `ingest` and the ground.
"""
