"""Which lake a warehouse is filled from, as the warehouse itself says it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from opsdesk.marks.mark import Mark, new_mark, refuse_other_kind

KIND = "warehouse"  # in its mark
TABLE = "_opsdesk"  # the mark and the link, in one row


@dataclass(frozen=True)
class Link:
    """A lake: its id, and the place where it was when it was linked."""

    lake_id: str
    lake: str


def read_link(rows: Iterable[Mapping[str, Any]], where: str) -> Link | None:
    """Return the link in the rows of `_opsdesk`, None where no lake was linked yet.

    Raises:
        OpsdeskError: the mark is of a later opsdesk, or of something else.
    """
    for row in rows:
        refuse_other_kind(Mark(row["id"], row["kind"], row["format"]), KIND, where)
        return Link(row["lake_id"], row["lake"])
    return None


def link_row(link: Link, linked_at: datetime) -> dict[str, object]:
    """Return the row that says which lake fills the warehouse."""
    return asdict(new_mark(KIND)) | asdict(link) | {"linked_at": linked_at}
