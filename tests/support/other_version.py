"""A published DuckDB file as another version of opsdesk would have left it."""

from pathlib import Path

import duckdb

# What is said of it.
LACKS = "another version of opsdesk and lack ticket_history, fact_tickets.reopens, segment_daily.reopened and 2 more"


def as_of_another_version(path: Path) -> None:
    """Take a table and four columns away, and add a column that this version does not know."""
    with duckdb.connect(path) as con:
        con.execute("DROP TABLE ticket_history")
        con.execute("ALTER TABLE fact_tickets DROP COLUMN reopens")
        con.execute("ALTER TABLE fact_tickets ADD COLUMN mood VARCHAR")
        con.execute("ALTER TABLE segment_daily DROP COLUMN moved_in")
        con.execute("ALTER TABLE segment_daily DROP COLUMN moved_out")
        con.execute("ALTER TABLE segment_daily DROP COLUMN reopened")
        con.execute(
            "UPDATE _runs SET parameters = json_merge_patch(parameters, '{\"columns\": null}')"
        )
