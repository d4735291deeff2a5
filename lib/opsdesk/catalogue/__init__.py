"""What the tables are: `tables.yaml` (every table and column in words), `sql/*.sql` (one file, one table), `identities`.

Read `tables`, then the SQL files in the order of tables.yaml; `docs_page` makes docs/tables.md.

May import: the ground only.
"""
