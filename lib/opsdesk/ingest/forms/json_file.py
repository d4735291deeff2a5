"""A JSON file becomes CSV text: one row per object, one column per dotted path."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.forms.csv_text import CsvText
from opsdesk.ingest.forms.json_objects import Element, read_objects
from opsdesk.ingest.forms.json_paths import all_texts, find_text, unfold
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.forms.spool import Room, Spool

MOST_COLUMNS = 2_000
LOOKED_AT = 1_000  # objects from which the columns that the mapping does not read are named


def read_json(path: Path, reading: Reading, work: Path, shown: str) -> CsvText:
    """Return a JSON file in UTF-8 as CSV text.

    A place is a line, or the number of an element of the list. The header names the `wanted` paths
    that at least one object has, "" for each of the others; without `wanted` it is all paths. With
    `each` an object makes several rows, which have its place.

    Raises:
        OpsdeskError: it is broken, or holds no objects.
    """
    wanted = reading.wanted
    columns = wanted or tuple(_all_paths(read_objects(path, None, shown), shown))
    seen: set[str] = set()
    with Spool(work, columns, Room(path, shown)) as spool:
        for element in read_objects(path, wanted, shown):
            if element.problem:
                spool.refuse(element.place, element.problem, element.raw)
                continue
            for value in unfold(element.value, reading.each):
                texts = [find_text(value, column) for column in columns]
                if len(seen) < len(columns):
                    seen.update(_found(columns, texts))
                spool.add(element.place, [text or "" for text in texts])
    if not spool.rows:  # an empty list: a day without tickets
        return CsvText(spool.path, columns, places=spool.places, unread=spool.unread)
    header = tuple(column if column in seen else "" for column in columns)
    others: list[str] = []
    if "" in header:
        objects = islice(read_objects(path, wanted, shown), LOOKED_AT)
        others = [name for name in _all_paths(objects, shown) if name not in seen]
    return CsvText(
        spool.path, header, places=spool.places, unread=spool.unread, others=tuple(others)
    )


def _found(columns: tuple[str, ...], texts: list[str | None]) -> Iterator[str]:
    """Yield the columns that an object has."""
    return (column for column, text in zip(columns, texts, strict=True) if text is not None)


def _all_paths(elements: Iterator[Element], shown: str) -> list[str]:
    """Return every path that an object has, in the order in which they are found."""
    paths: dict[str, None] = {}
    for element in elements:
        paths.update(dict.fromkeys(name for name, _ in all_texts(element.value)))
        if len(paths) > MOST_COLUMNS:
            raise OpsdeskError(
                f"{shown}: its objects have more than {MOST_COLUMNS:,} different names, so they "
                "are not tickets of one form. Export the tickets alone."
            )
    return list(paths)
