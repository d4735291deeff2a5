"""What may be written, printed and read: secrets, control characters, rights, documents.

Each module has one rule. `secrets` knows names and values that must not be written down, `texts`
what may be printed, `file_mode` who may read what a run writes, `documents` which YAML and JSON is
read at all.

May import: nothing of opsdesk.
"""
