"""A mark: who a place belongs to. A place that holds something and bears no mark is refused."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from opsdesk.errors import OpsdeskError

NAME = "_opsdesk.json"
FORMAT = 1  # raise it when an earlier opsdesk could not work with the place any more
SHOWN = 3  # names of what is there, in an error


@dataclass(frozen=True)
class Mark:
    """What a place is: an id that was made once, the kind of place, the version of its format."""

    id: str
    kind: str
    format: int = FORMAT

    @property
    def content(self) -> bytes:
        """Return the mark as it is written."""
        return f"{json.dumps(asdict(self))}\n".encode()


class Place(Protocol):
    """What can bear a mark: a folder, or a prefix in a bucket."""

    @property
    def url(self) -> str:
        """Return the place as a person reads it."""

    def first_names(self, most: int) -> list[str]:
        """Return at most `most` names of what is there, ours and those of others."""

    def read(self, name: str) -> bytes:
        """Return the content of one file.

        Raises:
            FileNotFoundError: it does not exist.
        """

    def write(self, name: str, content: bytes) -> None:
        """Put `content` in the file's place, whole."""


def new_mark(kind: str) -> Mark:
    """Return a mark with an id that nothing else has."""
    return Mark(uuid.uuid4().hex, kind)


def find_mark(place: Place, kind: str) -> Mark | None:
    """Return the mark that the place bears, None where it bears none.

    Raises:
        OpsdeskError: the mark is damaged, of another kind of place, or of a later opsdesk.
    """
    try:
        content = place.read(NAME)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        mark = Mark(**json.loads(content))
    except (ValueError, TypeError):
        raise OpsdeskError(
            f"{place.url}: the mark {NAME} cannot be read or was edited, so opsdesk cannot tell "
            f"whose {kind} this is: put the file back as it was, or name another place."
        ) from None
    refuse_other_kind(mark, kind, place.url)
    return mark


def refuse_other_kind(mark: Mark, kind: str, where: str) -> None:
    """Refuse a mark that is not one of this kind and format.

    Raises:
        OpsdeskError: it is of another kind, or of a later opsdesk.
    """
    if mark.kind != kind:
        raise OpsdeskError(
            f"{where} is the place of a {mark.kind}, not of a {kind}: name another place."
        )
    if not isinstance(mark.format, int) or mark.format > FORMAT:
        raise OpsdeskError(
            f"{where} was made by a later opsdesk (format {mark.format}; this one knows {FORMAT}): "
            "install that version, or name another place."
        )


def refuse_foreign(
    place: Place, kind: str, is_earlier: Callable[[], bool] = lambda: False
) -> Mark | None:
    """Return the mark of a place, None where it is empty or of an earlier opsdesk.

    `is_earlier` tells whether what is there was made by an opsdesk that had no marks.

    Raises:
        OpsdeskError: the place holds something and is not ours. Nothing was written.
    """
    mark = find_mark(place, kind)
    if mark is None:
        found = place.first_names(SHOWN + 1)
        if found and not is_earlier():
            raise foreign_error(place.url, kind, found, "name an empty or a new place")
    return mark


def claim(place: Place, kind: str, is_earlier: Callable[[], bool] = lambda: False) -> Mark:
    """Return the mark of a place; one without a mark gets it.

    Raises:
        OpsdeskError: see `refuse_foreign`.
    """
    mark = refuse_foreign(place, kind, is_earlier)
    if mark is None:
        mark = new_mark(kind)
        place.write(NAME, mark.content)
    return mark


def foreign_error(where: str, kind: str, found: Sequence[str], remedy: str) -> OpsdeskError:
    """Return the error for a place that is not ours: what is there, and what to do."""
    more = " and more" if len(found) > SHOWN else ""
    return OpsdeskError(
        f"{where} holds {', '.join(found[:SHOWN])}{more}, and bears no mark of opsdesk: it is not "
        f"our {kind}, and nothing was written. To keep what is there, {remedy}."
    )
