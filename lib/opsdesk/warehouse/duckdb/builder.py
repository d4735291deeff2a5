"""Building the tables of one publication in DuckDB: whole, or only the rows that may have changed.

`affected` finds what changed, `decision` says what may stay, and here the rest is built. Where a
row is a ticket, the rows of changed tickets are built; where it is a day, the days they touch.
"""

from collections.abc import Set

import duckdb

from opsdesk.catalogue.tables import Table
from opsdesk.googlesql.references import References, is_read, sources
from opsdesk.warehouse.duckdb.affected import Basis, ChangedTickets, find_changed
from opsdesk.warehouse.duckdb.comparison import compare
from opsdesk.warehouse.duckdb.days import Days, days_to_build
from opsdesk.warehouse.duckdb.decision import (
    FACT,
    Build,
    Thresholds,
    column_names,
    concerned_columns,
    decide,
    raw_differences,
)
from opsdesk.warehouse.duckdb.tables import TemporaryRows, one_row, write_comments


class Builder:
    """Builds the result tables of one publication, in their order, inside one transaction.

    Without a `basis` every table is built whole. `differences` says in which columns the tables
    that were built so far differ from what was published.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, basis: Basis | None, thresholds: Thresholds
    ) -> None:
        self.con = con
        self.basis = basis
        self.thresholds = thresholds
        self.differences: dict[str, Set[str]] = {}
        if basis:
            self.differences |= raw_differences(basis.situation.changes)
        self.changed: ChangedTickets | None = None

    def build(self, table: Table, select: str) -> int:
        """Make `table` what its `select` in DuckDB's SQL says; return how many rows it has."""
        if self.basis is None:
            self._replace(table, select)
        else:
            self._build_changes(self.basis, table, select)
        (rows,) = one_row(self.con, f"SELECT count(*) FROM {table.name}")
        return int(rows)

    def _build_changes(self, basis: Basis, table: Table, select: str) -> None:
        reads = sources(table)
        build = decide(table, reads, basis.situation, self.differences)
        if build is Build.TICKETS and table.name == FACT:
            self._refresh_fact(basis, table, select)
        elif build is Build.TICKETS:
            self._refresh(self._changed(), table, select)
        elif build is not Build.NOTHING:
            days = self._days(basis, reads) if build is Build.DAYS else None
            self._rebuild(basis, table, select, days)
        if table.name == FACT and build is not Build.TICKETS:
            self.basis = None  # which tickets changed is unknown, so nothing made of them may stay

    def _changed(self) -> ChangedTickets:
        assert self.changed, f"{FACT} is built before the tables that read it"
        return self.changed

    def _refresh_fact(self, basis: Basis, fact: Table, select: str) -> None:
        """Replace the rows of the candidates that came out differently."""
        raw = basis.candidates.of("main.tickets_raw")
        fresh = TemporaryRows.of(self.con, f"WITH tickets_raw AS MATERIALIZED {raw} {select}")
        self.changed = find_changed(self.con, basis.candidates, fresh)
        self.differences[FACT] = self.changed.columns
        self._replace_tickets(fact, self.changed, fresh)

    def _refresh(self, changed: ChangedTickets, table: Table, select: str) -> None:
        """Replace the rows of the changed tickets: the SELECT sees no other rows of the fact."""
        rows = f"""SELECT * FROM main.{FACT} SEMI JOIN {changed.ids} USING (ticket_id)
            WHERE {changed.within}"""
        fresh = TemporaryRows.of(self.con, f"WITH {FACT} AS MATERIALIZED ({rows}) {select}")
        self._replace_tickets(table, changed, fresh)
        if changed.columns:  # in which columns is not worth a comparison
            self.differences[table.name] = column_names(table)

    def _replace_tickets(self, table: Table, changed: ChangedTickets, fresh: TemporaryRows) -> None:
        # Looking among few days is quicker: a column of this name is the day of the ticket.
        within = changed.within if "created_date" in column_names(table) else "true"
        self.con.execute(f"DELETE FROM {table.name} WHERE {within} AND ticket_id IN {changed.ids}")
        self.con.execute(
            f"""INSERT INTO {table.name}
            SELECT * FROM {fresh.name} SEMI JOIN {changed.ids} USING (ticket_id)"""
        )

    def _rebuild(self, basis: Basis, table: Table, select: str, days: Days | None) -> None:
        """Build some days or all rows; note in which columns it differs, where others read it."""
        former = None
        if table.name in basis.situation.intact and is_read(table):
            former = TemporaryRows.of(self.con, f"SELECT * FROM {table.name}")
        if days:
            self._replace_days(table, select, days)
        else:
            self._replace(table, select)
        self.differences[table.name] = column_names(table)
        if former:
            self.differences[table.name] = compare(self.con, table, former.name, table.name).columns

    def _days(self, basis: Basis, reads: References) -> Days | None:
        """Return the days to build, None where building all is quicker or they are unknown."""
        columns = concerned_columns(reads, self.differences)
        days = days_to_build(
            self._changed().touched(columns),
            columns,
            basis.published_days,
            as_of_moved=basis.situation.changes.as_of_moved,
        )
        if days is None:
            return None
        counts = f"SELECT count(*) FILTER ({days.tickets}), count(*) FROM {FACT}"
        needed, tickets = one_row(self.con, counts)
        return days if needed <= tickets * self.thresholds.needed else None

    def _replace_days(self, table: Table, select: str, days: Days) -> None:
        self.con.execute(f"DELETE FROM {table.name} WHERE {days.rows}")
        needed = f"SELECT * FROM main.{FACT} WHERE {days.tickets}"
        self.con.execute(
            f"""INSERT INTO {table.name}
            SELECT * FROM (WITH {FACT} AS MATERIALIZED ({needed}) {select}) WHERE {days.rows}"""
        )

    def _replace(self, table: Table, select: str) -> None:
        self.con.execute(f"CREATE OR REPLACE TABLE {table.name} AS {select}")
        write_comments(self.con, table)
