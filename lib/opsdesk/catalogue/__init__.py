"""What the tables are: `tables.yaml` (all tables and columns in words), `sql/*.sql`, `identities`.

Read `tables`, then the SQL files in the order of tables.yaml: one file is one table. `constraints`
says what must be true of the rows of each table. `docs_page` makes docs/tables.md.

May import: the ground only.
"""
