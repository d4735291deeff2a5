"""The columns of the lake's files, taken from the catalogue: they are what the raw tables hold."""

from functools import lru_cache

from opsdesk.catalogue.tables import Column, catalogue

ADDED_BY_BACKFILL = ("_ingestion_ts", "_source_file")
KEY = "ticket_id"
AGENT = "agent_id"
ISSUES = "_issues"  # what ingest notes about a row; no export has it


@lru_cache
def ticket_columns() -> tuple[Column, ...]:
    """Return the columns of a day file, in order."""
    columns = catalogue()["tickets_raw"].columns
    return tuple(column for column in columns if column.name not in ADDED_BY_BACKFILL)


def ticket_column_names() -> tuple[str, ...]:
    """Return the names of the columns of a day file, in order."""
    return tuple(column.name for column in ticket_columns())


def exported_columns() -> tuple[str, ...]:
    """Return the columns that an export can fill: those of a day file without the issues."""
    return tuple(name for name in ticket_column_names() if name != ISSUES)


def dimension_columns() -> tuple[str, ...]:
    """Return the columns that hold an export's text as it is: priority, category and so on."""
    texts = (column.name for column in ticket_columns() if column.type == "STRING")
    return tuple(name for name in texts if name not in (KEY, ISSUES))


def agent_columns() -> tuple[str, ...]:
    """Return the columns of the file of agents, in order."""
    return tuple(column.name for column in catalogue()["agents_raw"].columns)
