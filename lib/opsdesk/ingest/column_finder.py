"""Finds the columns that a mapping names in the header of a file."""

import re
from dataclasses import dataclass

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.mapping_sources import ColumnName, Source
from opsdesk.instants import is_zone

Header = tuple[str, ...]
MATCHES = """
SELECT place - 1, regexp_extract(name, $2, $3)
FROM (SELECT unnest($1::VARCHAR[]) AS name, generate_subscripts($1::VARCHAR[], 1) AS place)
WHERE regexp_full_match(name, $2) ORDER BY place"""


@dataclass(frozen=True)
class Alternative:
    """A source whose columns are in the header, by their places in it (from 0).

    `conditions` are places and the texts that must be there. `timezone` is what the header says,
    or "".
    """

    places: tuple[int, ...]
    separator: str = ""
    unit: str = ""
    conditions: tuple[tuple[int, tuple[str, ...]], ...] = ()
    timezone: str = ""


class ColumnFinder:
    """Finds columns in a header."""

    def __init__(self, header: Header, shown: str) -> None:
        self._header = header
        self.shown = shown

    def find_all(self, sources: tuple[Source, ...]) -> tuple[Alternative, ...]:
        """Return the sources that the header has, in their order."""
        found = (self._find(source) for source in sources)
        return tuple(alternative for alternative in found if alternative)

    def places(self, name: str) -> tuple[int, ...]:
        """Return every place of a name."""
        return tuple(place for place, other in enumerate(self._header) if other == name)

    def _find(self, source: Source) -> Alternative | None:
        conditions = [(self._place(each.column), each.texts) for each in source.conditions]
        places = [self._place(column) for column in source.columns]
        timezone = ""
        if source.pattern:
            place, timezone = self._match(source.pattern)
            places = [place]
        known = [place for place in places if place is not None]
        met = [(place, texts) for place, texts in conditions if place is not None]
        if len(known) < len(places) or len(met) < len(conditions):
            return None
        return Alternative(tuple(known), source.separator, source.unit, tuple(met), timezone)

    def _place(self, column: ColumnName) -> int | None:
        places = self.places(column.name)
        if len(places) > 1 and not column.nth:
            listed = ", ".join(str(place + 1) for place in places)
            raise OpsdeskError(
                f"{self.shown} has the column {column.name!r} {_times(len(places))} (at {listed}): "
                f"which one is meant? Name it as {{column: {column.name!r}, nth: 1}} in the "
                "mapping, or rename one."
            )
        nth = column.nth or 1
        return places[nth - 1] if nth <= len(places) else None

    def _match(self, pattern: str) -> tuple[int | None, str]:
        """Return the place of the column that a pattern matches, and the zone in its name."""
        group = re.compile(pattern).groupindex.get("timezone", 0)
        # DuckDB's expressions never go back, so none of them can take for ever
        found = duckdb.execute(MATCHES, [list(self._header), pattern, group]).fetchall()
        if not found:
            return None, ""
        if len(found) > 1:
            names = ", ".join(repr(self._header[place]) for place, _ in found)
            raise OpsdeskError(f"{self.shown}: {names} all match {pattern}: make it say one.")
        place, text = found[0]
        zone = text if group else ""
        if zone and not is_zone(zone):
            raise OpsdeskError(
                f"{self.shown}: {zone!r} in the header {self._header[place]!r} is not an IANA time "
                "zone."
            )
        return place, zone


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"
