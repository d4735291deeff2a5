"""One table of an export as CSV text on this machine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from opsdesk.ingest.forms.places import Places
from opsdesk.ingest.reading.chunk import Malformed


@dataclass(frozen=True)
class Unread:
    """Rows that could not be converted: a file of them in the work folder, and how many.

    A file, because every line of a large export may be broken.
    """

    file: Path | None = None
    rows: int = 0

    def __iter__(self) -> Iterator[Malformed]:
        """Yield them in order: place in the delivered file, what is wrong, text."""
        if not self.file:
            return
        with self.file.open(encoding="utf-8") as lines:
            for line in lines:
                yield Malformed(*json.loads(line))


@dataclass(frozen=True)
class CsvText:
    """A table as CSV text: a delivered CSV file itself, or a spool made from another form.

    `label` follows the name of the delivered file in messages, such as " [Tickets]". `header_row`
    is the last line of the header, counted from 1. `encoding` is that of the delivered text where
    it is not UTF-8. `is_typed`: instants and dates that the delivered file holds as such are ISO
    8601. `places` leads from its lines to those of the delivered file. `notes` are sentences on
    what was assumed, `others` are columns that were left out.
    """

    plain: Path
    header: tuple[str, ...]
    delimiter: str = ","
    label: str = ""
    header_row: int = 1
    encoding: str = ""
    is_typed: bool = False
    places: Places = field(default_factory=Places)
    unread: Unread = Unread()
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def labelled(self, label: str) -> "CsvText":
        """Return it with `label` before its own label."""
        return replace(self, label=label + self.label)
