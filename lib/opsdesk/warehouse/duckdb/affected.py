"""What a publication changes: what may stay to begin with, the tickets that differ, their days."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

import duckdb

from opsdesk.catalogue.tables import catalogue, results
from opsdesk.warehouse.changes import Changes
from opsdesk.warehouse.duckdb.candidates import Candidates, any_of, find_candidates
from opsdesk.warehouse.duckdb.comparison import compare
from opsdesk.warehouse.duckdb.days import PublishedDays, Touched
from opsdesk.warehouse.duckdb.decision import Situation, Thresholds
from opsdesk.warehouse.duckdb.tables import TemporaryRows, is_as_declared, one_row

# Resolved in both versions, a ticket is nowhere open or past due after its last event: what is said
# of its resolution alone changes no later day. Anything else may: where a ticket is gone, its
# segment may be gone for good.
TOUCHED = """, least(old.created_date, new.created_date) AS first_day,
    greatest(old.created_date, new.created_date) AS last_created,
    CASE WHEN old.is_resolved AND new.is_resolved
        THEN greatest(old.resolved_date, new.resolved_date, old.due_date, new.due_date,
            old.first_response_date, new.first_response_date)
        END AS last_day"""


@dataclass(frozen=True)
class ChangedTickets:
    """Tickets that differ from what was published, with the `columns` in which any of them does.

    All were or are created from `first_day` to `last_created`; without these no ticket differs.
    """

    con: duckdb.DuckDBPyConnection
    rows: TemporaryRows
    columns: frozenset[str]
    first_day: date | None
    last_created: date | None

    @property
    def ids(self) -> str:
        """Return a query in parentheses for the column ticket_id."""
        return f"(SELECT key_ticket_id AS ticket_id FROM {self.rows.name})"

    @property
    def within(self) -> str:
        """Return the condition for the rows of fact_tickets among which theirs are."""
        if self.first_day is None:
            return "false"
        return f"created_date BETWEEN DATE '{self.first_day}' AND DATE '{self.last_created}'"

    def touched(self, columns: Set[str]) -> Touched:
        """Return the days that tickets touch which differ in one of these columns."""
        differs = any_of(f"differs_{column}" for column in sorted(columns))
        return Touched(
            *one_row(
                self.con,
                f"""SELECT min(first_day), max(last_day), count(*) = count(last_day)
                FROM {self.rows.name} WHERE {differs}""",
            )
        )


@dataclass(frozen=True)
class Basis:
    """What is known before the first table is built, where parts of the published ones may stay.

    `published_days` is empty where no daily table may be built in part.
    """

    situation: Situation
    candidates: Candidates
    published_days: PublishedDays


def find_basis(
    con: duckdb.DuckDBPyConnection, changes: Changes | None, thresholds: Thresholds
) -> Basis | None:
    """Find out what may have changed, from the published tables; None to build everything.

    Everything is built where `changes` says so, where a table of tickets is not as declared, and
    where too many tickets may have changed.
    """
    if changes is None:
        return None
    intact = {table.name for table in results() if is_as_declared(con, table)}
    if not intact >= {table.name for table in results() if table.is_per_ticket}:
        return None
    candidates = find_candidates(con, changes)
    if candidates.count > candidates.published * thresholds.candidates:
        return None
    days = PublishedDays((), None)
    if intact >= {table.name for table in results() if table.is_daily}:
        days = find_published_days(con, as_of_moved=changes.as_of_moved)
    return Basis(Situation(changes, intact), candidates, days)


def find_changed(
    con: duckdb.DuckDBPyConnection, candidates: Candidates, fresh: TemporaryRows
) -> ChangedTickets:
    """Compare the candidates' published rows with their `fresh` ones."""
    fact = catalogue()["fact_tickets"]
    comparison = compare(con, fact, candidates.of(fact.name), fresh.name, TOUCHED)
    differs = any_of(f"differs_{column.name}" for column in fact.columns)
    changed = f"SELECT * FROM {comparison.rows.name} WHERE {differs}"
    rows = TemporaryRows.of(con, changed)
    span = one_row(con, f"SELECT min(first_day), max(last_created) FROM {rows.name}")
    return ChangedTickets(con, rows, comparison.columns, *span)


def find_published_days(con: duckdb.DuckDBPyConnection, *, as_of_moved: bool) -> PublishedDays:
    """Ask the daily tables what the days to build must know, while they are as published."""
    beginnings = con.execute(
        "SELECT DISTINCT min(ops_date) FROM segment_daily GROUP BY dimension, segment"
    ).fetchall()
    unfinished = None
    if as_of_moved:
        (unfinished,) = one_row(con, "SELECT max(ops_date) FROM features_daily")
    return PublishedDays(tuple(sorted(day for (day,) in beginnings)), unfinished)
