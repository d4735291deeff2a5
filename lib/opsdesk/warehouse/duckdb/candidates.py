"""Which tickets may have changed since the last publication, found from the changed days."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from opsdesk.warehouse.changes import Changes
from opsdesk.warehouse.duckdb.day_ledger import changed_days
from opsdesk.warehouse.duckdb.loader import in_partition
from opsdesk.warehouse.duckdb.tables import TemporaryRows, columns_of, one_row

# A ticket may have changed where a version of it is in a changed day now, where its published
# version was in one (that version may be gone now), and, when as_of moved on, where it was open,
# or answered or changed later than the former as_of.
CANDIDATES = """SELECT ticket_id FROM tickets_raw WHERE {changed} OR {happened_since}
UNION SELECT ticket_id FROM fact_tickets
    WHERE {changed} OR ({as_of_moved} AND NOT is_resolved)"""
# And where it was not published: its newest version was later than as_of, and may be gone now.
UNPUBLISHED = " UNION SELECT ticket_id FROM tickets_raw ANTI JOIN fact_tickets USING (ticket_id)"
# Outside the changed days a published ticket still has its version. If there are as many rows as
# published tickets there, each is one: none is unpublished, and no ticket has two versions.
ALL_PUBLISHED = """SELECT
    (SELECT count(*) FROM tickets_raw) - (SELECT count(*) FROM tickets_raw WHERE {changed})
    = (SELECT count(*) FROM fact_tickets) - (SELECT count(*) FROM fact_tickets WHERE {changed})"""


@dataclass(frozen=True)
class Candidates:
    """Tickets that may have changed: their ids, how many they are, and how many are published."""

    ids: TemporaryRows
    count: int
    published: int

    def of(self, table: str) -> str:
        """Return a query in parentheses for the rows of these tickets in `table`."""
        return f"(SELECT * FROM {table} SEMI JOIN {self.ids.name} USING (ticket_id))"


def find_candidates(con: duckdb.DuckDBPyConnection, changes: Changes) -> Candidates:
    """Find the tickets that may have changed, from the published tables as they are.

    Only the changed days of a month count where that is safe. A month that is loaded again makes
    its versions newer; so where a ticket has two versions, the whole month counts.
    """
    for changed in _conditions(con, changes):
        (all_published,) = one_row(con, ALL_PUBLISHED.format(changed=changed))
        if all_published:
            break
    select = CANDIDATES.format(
        changed=changed,
        as_of_moved=changes.as_of_moved,
        happened_since=_happened_since(changes.former_as_of),
    )
    ids = TemporaryRows.of(con, select if all_published else select + UNPUBLISHED)
    counts = f"SELECT (SELECT count(*) FROM {ids.name}), (SELECT count(*) FROM fact_tickets)"
    return Candidates(ids, *one_row(con, counts))


def any_of(conditions: Iterable[str]) -> str:
    """Return the condition that one of these holds."""
    return " OR ".join(f"({condition})" for condition in conditions) or "false"


def _conditions(con: duckdb.DuckDBPyConnection, changes: Changes) -> Iterator[str]:
    """Yield conditions for what may have changed: the changed days, then the whole months."""
    known: Mapping[str, Collection[date]] = {}
    if columns_of(con, "_days"):
        known = changed_days(con, changes.months)
    months = {month: in_partition(month) for month in changes.months}
    by_day = any_of(
        f"{condition} AND {_in_days(known[month])}" if month in known else condition
        for month, condition in months.items()
    )
    by_month = any_of(months.values())
    yield by_day
    if by_month != by_day:
        yield by_month


def _happened_since(moment: datetime | None) -> str:
    if moment is None:
        return "false"
    return f"greatest(updated_at, first_response_at) > TIMESTAMPTZ '{moment.isoformat()}'"


def _in_days(days: Iterable[date]) -> str:
    dates = ", ".join(f"DATE '{day}'" for day in days) or "NULL"
    return f"CAST(created_at AT TIME ZONE 'UTC' AS DATE) IN ({dates})"
