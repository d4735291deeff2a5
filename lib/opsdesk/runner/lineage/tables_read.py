"""Which tables a query reads, without the parser, which takes a third of a second to import.

A test compares the answers with those of `googlesql.references`, for every query in question.
"""

import re
from functools import cache
from importlib import resources

from opsdesk.catalogue.tables import catalogue

READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


def tables_read(sql: str) -> list[str]:
    """Return the tables of the catalogue that a query reads, in its order."""
    named = set(READ.findall(sql))
    return [name for name in catalogue() if name in named]


@cache
def tables_shown() -> list[str]:
    """Return the tables that charts and report show."""
    folder = resources.files("opsdesk.trends").joinpath("queries")
    queries = (file.read_text(encoding="utf-8") for file in folder.iterdir())
    return tables_read("\n".join(queries))
