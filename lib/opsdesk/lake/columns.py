"""The columns of the lake's files, taken from the catalogue: they are what the raw tables hold."""

from functools import lru_cache

from opsdesk.catalogue.tables import Column, catalogue
from opsdesk.lake.names import EVENTS, TICKETS, Series

ADDED_BY_BACKFILL = ("_ingestion_ts", "_source_file")
KEY = "ticket_id"
AGENT = "agent_id"
ISSUES = "_issues"  # what ingest notes about a row; no export has it
ATTRIBUTES = "attributes"  # made of several columns of an export


@lru_cache
def day_file_columns(series: Series) -> tuple[Column, ...]:
    """Return the columns of a day file of a series, in order."""
    columns = catalogue()[series.table].columns
    return tuple(column for column in columns if column.name not in ADDED_BY_BACKFILL)


def ticket_columns() -> tuple[Column, ...]:
    """Return the columns of a day file of tickets, in order."""
    return day_file_columns(TICKETS)


def event_column_names() -> tuple[str, ...]:
    """Return the names of the columns of a day file of changes, in order."""
    return tuple(column.name for column in day_file_columns(EVENTS))


def ticket_column_names() -> tuple[str, ...]:
    """Return the names of the columns of a day file of tickets, in order."""
    return tuple(column.name for column in ticket_columns())


def exported_columns() -> tuple[str, ...]:
    """Return the columns that one column of an export can fill: neither issues nor attributes."""
    return tuple(name for name in ticket_column_names() if name not in (ISSUES, ATTRIBUTES))


def text_columns() -> tuple[str, ...]:
    """Return the columns that hold an export's text as it is: priority, subject and so on."""
    exported = exported_columns()
    texts = (column.name for column in ticket_columns() if column.type == "STRING")
    return tuple(name for name in texts if name in exported and name != KEY)


def agent_columns() -> tuple[str, ...]:
    """Return the columns of the file of agents, in order."""
    return tuple(column.name for column in catalogue()["agents_raw"].columns)
