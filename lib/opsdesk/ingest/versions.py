"""Which of two versions of a ticket counts: the one with the later updated_at.

Where either has none, the one that came in later counts. The tables here have the columns ticket_id
and updated_at, among others.
"""

import duckdb

SAME_TICKET = "{table}.ticket_id = {other}.ticket_id"


def delete_older(con: duckdb.DuckDBPyConnection, table: str, than: str) -> int:
    """Delete the rows that came in later than those of `than`, and are older; return how many."""
    return _delete(con, table, than, f"{table}.updated_at < {than}.updated_at")


def delete_replaced(con: duckdb.DuckDBPyConnection, table: str, by: str) -> int:
    """Delete the rows that came in before those of `by`, unless these are older."""
    is_older = f"coalesce({by}.updated_at < {table}.updated_at, false)"
    return _delete(con, table, by, f"NOT {is_older}")


def _delete(con: duckdb.DuckDBPyConnection, table: str, other: str, condition: str) -> int:
    same = SAME_TICKET.format(table=table, other=other)
    done = con.execute(f"DELETE FROM {table} USING {other} WHERE {same} AND {condition}")
    return int(done.fetchall()[0][0])
