"""What may stay of the published tables: a decision for each, from plain data to plain data.

A column that differs is one in which any row is not what it was. A row that came or went differs in
every column; so a reader of a table always reads its key.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import Enum

from opsdesk.catalogue.tables import Table, catalogue
from opsdesk.googlesql.references import References
from opsdesk.warehouse.changes import Changes

FACT = "fact_tickets"
# What a table of tickets may read besides: for the same tickets it says the same, as long as the
# definitions are the same. A history that is not empty has everything built, see changes_since.
LASTING = frozenset({"dim_calendar", "ticket_history"})
Differences = Mapping[str, Set[str]]  # by table: the columns that differ from what was published


@dataclass(frozen=True)
class Thresholds:
    """Shares of all tickets above which building a whole table is quicker than a part of it.

    `candidates`: tickets that may have changed. Measured with 300,000 tickets in processor time: at
    10 % a part took 1.0 s and all of it 1.9 s, at 30 % they took the same, at 50 % a part slightly
    more. `needed`: tickets that the days to build need. At 3 million tickets a change in the first
    days cost a tenth to a quarter more than building every day, one in the last days a sixth to
    three quarters of it.
    """

    candidates: float = 0.3
    needed: float = 0.7


class Build(Enum):
    """How much of a table is computed."""

    NOTHING = "nothing: all that its SELECT reads is as it was"
    TICKETS = "the rows of the tickets that may have changed"
    DAYS = "the days that changed tickets touch"
    WHOLE = "every row"


@dataclass(frozen=True)
class Situation:
    """What is known before the first table is built.

    `intact` are the published tables that have the columns declared today.
    """

    changes: Changes
    intact: Set[str]


def decide(
    table: Table, reads: References, situation: Situation, differences: Differences
) -> Build:
    """Return how much of `table`, whose SELECT reads `reads`, is computed again.

    `differences` has all tables that were built before this one, and the raw tables.
    """
    if table.name not in situation.intact:
        return Build.WHOLE
    if table.is_per_ticket and reads.keys() - LASTING == {_source_of(table)}:
        return Build.TICKETS
    if not reads:
        return Build.WHOLE  # it is made of parameters alone, and small
    changes = situation.changes
    # Teams are segments of every day. With another as_of every SELECT means something else.
    if not (changes.agents or changes.as_of_moved or _touches(differences, reads)):
        return Build.NOTHING
    if table.is_daily and not changes.agents and _has_days(reads, situation, differences):
        return Build.DAYS
    return Build.WHOLE


def raw_differences(changes: Changes) -> dict[str, Set[str]]:
    """Return the raw tables that differ from what the published tables were made from."""
    differing = {"tickets_raw": bool(changes.months), "agents_raw": changes.agents}
    return {name: column_names(catalogue()[name]) for name, differs in differing.items() if differs}


def concerned_columns(reads: References, differences: Differences) -> Set[str]:
    """Return the columns of fact_tickets whose differences change a daily table that reads `reads`.

    A table that is made of another daily table may change by any of them.
    """
    differing = differences.get(FACT, frozenset())
    if any(catalogue()[name].is_daily for name in reads):
        return differing
    return differing & _columns_read(FACT, reads)


def column_names(table: Table) -> frozenset[str]:
    """Return the names of a table's columns."""
    return frozenset(column.name for column in table.columns)


def _source_of(table: Table) -> str:
    """Return the table from which rows of single tickets can be computed."""
    return "tickets_raw" if table.name == FACT else FACT


def _touches(differences: Differences, reads: References) -> bool:
    return any(differences.get(name, frozenset()) & _columns_read(name, reads) for name in reads)


def _columns_read(name: str, reads: References) -> Set[str]:
    """Return the columns of a table that are read; its key is read with any row."""
    return reads[name] | {catalogue()[name].key[0]} if name in reads else frozenset()


def _has_days(reads: References, situation: Situation, differences: Differences) -> bool:
    """Return whether days of the table can be built: all that differs is of tickets and days.

    A table that reads no tickets, such as signal_daily, compares days with those weeks before.
    """
    daily = {table.name for table in catalogue().values() if table.is_daily}
    others = reads.keys() - daily - {FACT}
    return (
        FACT in reads
        and daily <= situation.intact
        and not any(differences.get(name) for name in others)
    )
