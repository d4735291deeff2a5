"""The definitions' language: GoogleSQL, checked to mean the same everywhere, and translated.

Read `translate`, `rewrites` with `time_rewrites` and `nodes` (what sqlglot gets wrong), `lint` and
`allowlist` (what is refused, what was proven), `references` (which tables and columns are read),
`definition` (a table's file, with what rules add).

May import: `catalogue` and the ground.
"""
