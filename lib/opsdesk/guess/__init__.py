"""What an unknown export holds: the command `opsdesk map`.

Read `map_export`, the door. `text_form` and `table` read a file of any form, `find` finds out what
it holds: `known_forms` by its header, `columns` with `words` (and words.yaml) by names and values,
`times` with `date_formats` which formats read it, `labels` what its statuses and priorities are.
`findings` is the value of all that; `lines` with `shown` prints it, `mapping_text` and `files`
write it. `cells` is the SQL that they share.

Nothing is decided without a word: each guess is printed with values and the share that it reads.

May import: `ingest` and the ground.
"""
