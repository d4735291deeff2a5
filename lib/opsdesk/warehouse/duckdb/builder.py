"""Building tables in DuckDB inside a transaction: whole, or only the rows that may have changed.

Where a row is a ticket, those of the tickets that may have changed are built; where it is a day, those from the first to the
last day that such a ticket touches. A table whose rows are no tickets stays where nothing that its SELECT reads is different:
a resolution that moves within its day changes the day's mean, and no backlog.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

import duckdb

from opsdesk.catalogue.tables import Table, catalogue, read_sql, results
from opsdesk.duckdb_file import quoted
from opsdesk.warehouse.changes import Changes
from opsdesk.warehouse.duckdb.day_ledger import changed_days
from opsdesk.warehouse.duckdb.loader import in_month

STAR = r"\*\s*(,.*?)?\bFROM\s+{}\b"  # reads every column of a table
WORTHWHILE = 0.3  # share of changed tickets above which building everything is quicker
MOST = 0.7  # share of tickets that the days from the first changed one on need, above which building every day is quicker

# A ticket may have changed where a version of it stands in a changed day now, where its published version stood in
# one (then that version may be gone), where it was not published (its newest version was later than as_of, and may be gone),
# and, when as_of moved on, where it was open.
AFFECTED = """CREATE OR REPLACE TEMP TABLE affected AS
SELECT ticket_id FROM tickets_raw WHERE {changed}
UNION SELECT ticket_id FROM fact_tickets WHERE {changed} OR ({as_of_moved} AND NOT is_resolved)"""
UNPUBLISHED = " UNION SELECT ticket_id FROM tickets_raw ANTI JOIN fact_tickets USING (ticket_id)"
# Outside the changed days a published ticket has its version still. As many rows there: each is one, none is unpublished, and no
# ticket has two. Where that does not hold, all days of a changed month count as changed: as it was loaded again, its versions
# are newer than they were.
ALL_PUBLISHED = """SELECT (SELECT count(*) FROM tickets_raw) - (SELECT count(*) FROM tickets_raw WHERE {changed})
    = (SELECT count(*) FROM fact_tickets) - (SELECT count(*) FROM fact_tickets WHERE {changed})"""

# Tickets without which no row of a day from {first} on is what it is: those with an event on such a day, and the open ones. Of
# the others each arrival is outweighed by a resolution, each deadline that was missed by a late one; but a segment's days
# begin with its first ticket.
LASTING = """(NOT is_resolved OR created_date >= DATE '{first}' OR resolved_date >= DATE '{first}' OR due_date >= DATE '{first}'
    OR created_date IN (SELECT day FROM beginnings))"""
# Of a ticket as published and as it is now. Resolved in both, it is nowhere open or past due after its last event; so what is
# said of its resolution alone changes no later day. Anything else may: where it is gone, its segment may be gone for good.
TOUCHED = """, least(old.created_date, new.created_date) AS first_day, greatest(old.created_date, new.created_date) AS last_created,
    CASE WHEN old.is_resolved AND new.is_resolved
        THEN greatest(old.resolved_date, new.resolved_date, old.due_date, new.due_date) END AS last_day"""
RESOLUTION = {
    "resolved_at",
    "resolved_date",
    "resolution_hours_clean",
    "sla_breached",
    "sla_state",
    "breached_at",
}
BEGINNINGS = """CREATE OR REPLACE TEMP TABLE beginnings AS
    SELECT DISTINCT min(ops_date) AS day FROM segment_daily GROUP BY dimension, segment"""


class Days(NamedTuple):
    """The days from `first` to `last` of a daily table; to its end where `last` is None."""

    first: date
    last: date | None

    @property
    def rows(self) -> str:
        """The condition for its rows."""
        return self._until("ops_date", f"ops_date >= DATE '{self.first}'")

    @property
    def tickets(self) -> str:
        """The condition for the rows of fact_tickets that these need."""
        return self._until("created_date", LASTING.format(first=self.first))

    def _until(self, column: str, condition: str) -> str:
        return f"{condition} AND {column} <= DATE '{self.last}'" if self.last else condition


class Builder:
    """Builds the result tables of one publication, in their order."""

    def __init__(self, con: duckdb.DuckDBPyConnection, changes: Changes | None) -> None:
        self.con, self.changes = con, changes
        # columns that are not what they were, by table; its own name: all of it
        self._differing: dict[str, set[str]] = {}
        self._daily_stand = False  # whether rows of the daily tables may stay
        self._last_published: date | None = None  # if as_of moved on: a day that had not ended
        self._within = "true"  # which rows of fact_tickets are looked at for affected tickets

    def build(self, table: Table, select: str) -> int:
        """Brings `table` to what `select` says; returns its rows."""
        if table.is_per_ticket and self._some_may_stay:
            self._refresh(table, select)
        elif not self._may_stay(table, select):
            self._replace(table, select)
        return self._rows(table.name)

    @cached_property
    def _some_may_stay(self) -> bool:
        """Whether the published tables can be mended; makes the table `affected` of the tickets to compute again."""
        if self.changes is None or not all(
            self._stands(table) for table in catalogue().values() if table.is_per_ticket
        ):
            return False
        known = changed_days(self.con, self.changes.months) if columns_of(self.con, "_days") else {}
        days = (
            " OR ".join(in_days(month, known.get(month)) for month in self.changes.months)
            or "false"
        )
        months = " OR ".join(map(in_days, self.changes.months)) or "false"
        for changed in dict.fromkeys((days, months)):
            affected = AFFECTED.format(
                changed=changed, as_of_moved=str(self.changes.as_of_moved).lower()
            )
            if all_published := self.con.execute(ALL_PUBLISHED.format(changed=changed)).fetchone()[
                0
            ]:
                break
        self.con.execute(affected if all_published else affected + UNPUBLISHED)
        affected, tickets = self.con.execute(
            "SELECT (SELECT count(*) FROM affected), (SELECT count(*) FROM fact_tickets)"
        ).fetchone()
        return affected <= tickets * WORTHWHILE

    def _stands(self, table: Table) -> bool:
        """Whether the published table has the columns that its definition promises."""
        types = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}
        return columns_of(self.con, table.name) == [
            (column.name, types.get(column.duckdb_type, column.duckdb_type))
            for column in table.columns
        ]

    def _may_stay(self, table: Table, select: str) -> bool:
        """Whether all that the SELECT reads is as it was: each word in it counts as a column or table that it reads."""
        if (
            not self._some_may_stay
            or self.changes.agents
            or self.changes.as_of_moved
            or not self._stands(table)
        ):
            return False
        return not reads_any(select, self._differing)

    def _replace(self, table: Table, select: str) -> None:
        """Builds the whole table; where others read it, notes in which columns it is not what it was."""
        is_compared = self._is_read(table) and self._some_may_stay and self._stands(table)
        if is_compared:
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE former AS SELECT * FROM {table.name}")
        if days := self._touched_days(table, select):
            self.con.execute(f"DELETE FROM {table.name} WHERE {days.rows}")
            self.con.execute(f"""INSERT INTO {table.name} SELECT * FROM (
                WITH fact_tickets AS MATERIALIZED (SELECT * FROM main.fact_tickets WHERE {days.tickets}) {select}) WHERE {days.rows}""")
        else:
            self.con.execute(f"CREATE OR REPLACE TABLE {table.name} AS {select}")
            comment(self.con, table)
        if is_compared:
            self._compare(table, "former", table.name)
        else:
            self._differing[table.name] = {table.name}

    def _rows(self, name: str) -> int:
        return self.con.execute(f"SELECT count(*) FROM {name}").fetchone()[0]

    def _refresh(self, table: Table, select: str) -> None:
        """Replaces the rows of the affected tickets: the same SELECT, which sees only those in the table it reads.

        Once the new rows of fact_tickets are known, `affected` are the tickets whose row is not what it was.
        """
        source = "tickets_raw" if table.name == "fact_tickets" else "fact_tickets"
        self.con.execute(f"""CREATE OR REPLACE TEMP TABLE fresh AS WITH {source} AS MATERIALIZED (
            SELECT * FROM main.{source} SEMI JOIN affected USING (ticket_id) WHERE {self._within}) {select}""")
        if table.name == "fact_tickets":
            self._compare(
                table,
                f"(SELECT * FROM {table.name} SEMI JOIN affected USING (ticket_id))",
                "fresh",
                TOUCHED,
            )
            differs = " OR ".join(f"differs_{column.name}" for column in table.columns)
            self.con.execute(f"""CREATE OR REPLACE TEMP TABLE affected AS
                SELECT * RENAME (key_ticket_id AS ticket_id) FROM compared WHERE {differs}""")
            first, last = self.con.execute(
                "SELECT min(first_day), max(last_created) FROM affected"
            ).fetchone()
            self._within = (
                f"created_date BETWEEN DATE '{first}' AND DATE '{last}'" if first else "false"
            )
            self._look_at_daily_tables()
        self.con.execute(
            f"DELETE FROM {table.name} WHERE {self._within} AND ticket_id IN (SELECT ticket_id FROM affected)"
        )
        self.con.execute(
            f"INSERT INTO {table.name} SELECT * FROM fresh SEMI JOIN affected USING (ticket_id)"
        )

    def _look_at_daily_tables(self) -> None:
        """Finds out whether their rows may stay, while they are as they were published."""
        self._daily_stand = all(self._stands(table) for table in results() if table.is_daily)
        if not self._daily_stand or self.changes.agents:
            return
        self.con.execute(BEGINNINGS)
        if self.changes.as_of_moved:
            self._last_published = self.con.execute(
                "SELECT max(ops_date) FROM features_daily"
            ).fetchone()[0]

    def _touched_days(self, table: Table, select: str) -> Days | None:
        """The days of which a daily table is to be built, None where all are better built.

        They are those of the tickets that differ in a column that its SELECT reads, or in any where it reads another daily table.
        """
        if not (table.is_daily and self._daily_stand) or self.changes.agents:
            return None
        columns = self._differing["fact_tickets"]
        if not any(
            reads_any(select, {other.name: {other.name}})
            for other in results()
            if other.is_daily and other != table
        ):
            columns = {
                column for column in columns if reads_any(select, {"fact_tickets": {column}})
            }
        differs = (
            " OR ".join(f"differs_{column}" for column in columns - {"fact_tickets"}) or "false"
        )
        first, last, are_over = self.con.execute(
            f"SELECT min(first_day), max(last_day), count(*) = count(last_day) FROM affected WHERE {differs}"
        ).fetchone()
        first = min((day for day in (first, self._last_published) if day), default=None)
        if not first:
            return None
        days = Days(
            first,
            last if are_over and columns <= RESOLUTION and not self.changes.as_of_moved else None,
        )
        needed, tickets = self.con.execute(
            f"SELECT count(*) FILTER ({days.tickets}), count(*) FROM fact_tickets"
        ).fetchone()
        return days if needed <= tickets * MOST else None

    def _is_read(self, table: Table) -> bool:
        """Whether another result is made from this one."""
        return any(
            re.search(rf"\b{table.name}\b", read_sql(other))
            for other in results()
            if other != table
        )

    def _compare(self, table: Table, old: str, new: str, more: str = "") -> None:
        """Makes the table `compared`: in which columns each row is not what it was; notes the columns in which any is not.

        `more`: further columns of it, of `old` and `new`.

        A row that came or went differs in all of them, and makes the table another one: whoever counts its rows counts otherwise.
        """
        names, key = [column.name for column in table.columns], table.key[0]
        is_new_or_gone = f"old.{key} IS NULL OR new.{key} IS NULL"
        keys = ", ".join(f"coalesce(old.{name}, new.{name}) AS key_{name}" for name in table.key)
        differs = ", ".join(
            f"{is_new_or_gone} OR old.{name} IS DISTINCT FROM new.{name} AS differs_{name}"
            for name in names
        )
        same = " AND ".join(f"old.{name} = new.{name}" for name in table.key)
        self.con.execute(f"""CREATE OR REPLACE TEMP TABLE compared AS SELECT {keys}, {differs}{more}
            FROM {old} AS old FULL JOIN {new} AS new ON {same}""")
        anywhere = self.con.execute(
            f"SELECT {', '.join(f'coalesce(bool_or(differs_{name}), false)' for name in names)} FROM compared"
        ).fetchone()
        differing = {name for name, differs in zip(names, anywhere, strict=True) if differs}
        self._differing[table.name] = differing | ({table.name} if key in differing else set())


def in_days(month: str, days: list[date] | None = None) -> str:
    """The condition that a ticket was created on one of these days of a month (UTC), or in it where they are not known."""
    if days is None:
        return f"({in_month(month)})"
    dates = ", ".join(f"DATE '{day}'" for day in days) or "NULL"
    return f"({in_month(month)} AND CAST(created_at AT TIME ZONE 'UTC' AS DATE) IN ({dates}))"


def reads_any(select: str, differing: Mapping[str, set[str]]) -> bool:
    """Whether a SELECT may read one of the columns `differing` of a table: each word in it counts, a star reads all of them."""
    words = set(re.findall(r"\w+", select.lower()))
    return any(
        columns
        and table in words
        and (columns & words or re.search(STAR.format(table), select, re.IGNORECASE | re.DOTALL))
        for table, columns in differing.items()
    )


def columns_of(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    """Names and types of a table's columns; none where it is not there. (duckdb_columns() is twenty times as slow at first.)"""
    try:
        found = con.table(name)
    except duckdb.CatalogException:
        return []
    return list(zip(found.columns, map(str, found.types), strict=True))


def comment(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Writes the sentences of tables.yaml into the database."""
    comments = [f"COMMENT ON TABLE {table.name} IS {quoted(table.description)}"]
    comments += [
        f"COMMENT ON COLUMN {table.name}.{column.name} IS {quoted(column.description)}"
        for column in table.columns
    ]
    con.execute("; ".join(comments))
