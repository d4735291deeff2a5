"""Which tables a query reads, without the parser, which takes a third of a second to import.

A test compares the answers with those of `googlesql.references`, for every query in question.
"""

import re
from functools import cache
from importlib import resources

from opsdesk.catalogue.tables import catalogue, results

READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


def tables_read(sql: str) -> list[str]:
    """Return the tables of the catalogue that a query reads, in its order."""
    named = set(READ.findall(sql))
    return [name for name in catalogue() if name in named]


@cache
def tables_shown() -> list[str]:
    """Return the published tables that charts and report show."""
    return tables_read(_queries("opsdesk.trends"))


@cache
def tables_looked_ahead_from() -> list[str]:
    """Return the published tables that 04_foresight reads: its queries, coverage and a chart."""
    read = {"backlog_daily", *tables_read(_queries("opsdesk.foresight"))}
    return [table.name for table in results() if table.name in read]


def _queries(room: str) -> str:
    folder = resources.files(room).joinpath("queries")
    return "\n".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
