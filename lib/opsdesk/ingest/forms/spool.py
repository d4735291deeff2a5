"""A spool: the CSV text that a table of another form is written into, row by row."""

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.forms.csv_text import Unread
from opsdesk.ingest.forms.places import Places
from opsdesk.ingest.reading.record_pattern import LIMITS

# A ticket export shrinks to a fifth or a fiftieth. What is larger than both is a trap for the disk.
LARGEST_RATIO = 200
SURELY_FINE = 256 << 20  # bytes
BUFFER = 1 << 20  # bytes that are written at a time
NO_TEXT = "a character that is not text (zero, or half of a pair)"
TOO_LONG = "longer than 2 MB"
TOO_MANY_LINES = f"more than {LIMITS.record_lines:,} lines"


class Room:
    """How much a delivered file called `shown` may still unpack to."""

    def __init__(self, delivered: Path, shown: str) -> None:
        self.shown = shown
        self._most = max(SURELY_FINE, delivered.stat().st_size * LARGEST_RATIO)
        self._taken = 0

    def take(self, size: int) -> None:
        """Count bytes that are about to be written.

        Raises:
            OpsdeskError: an export would not be that large.
        """
        self._taken += size
        if self._taken > self._most:
            raise OpsdeskError(
                f"{self.shown} unpacks to more than {self._most >> 20:,} MB, {LARGEST_RATIO} times "
                "its size: no ticket export shrinks like that, so it was not read. If it is one, "
                "unpack it and name the .csv."
            )


@contextmanager
def translate_write_errors(shown: str) -> Iterator[None]:
    """Say what could not be written; errors of reading mean something else.

    Raises:
        OpsdeskError: the disk is full, or the like.
    """
    try:
        yield
    except OSError as error:
        raise no_room(shown, error) from None


def no_room(shown: str, error: OSError) -> OpsdeskError:
    """Return the error of a disk that is full, or the like."""
    return OpsdeskError(f"No room to unpack {shown}: {error.strerror}. Free space, then run again.")


class Spool:
    """CSV text with commas in the folder `work`, for which there is `room`.

    A row that CSV text cannot hold becomes an unread row. Every row has a place: its line, row or
    number in the delivered file, counted from 1.
    """

    def __init__(self, work: Path, header: Iterable[str], room: Room) -> None:
        self.places = Places()
        self._room = room
        self._shown = room.shown
        self._lines = 0
        self._place = 0
        self.rows = -1  # so that the header does not count
        self._unread = 0
        with translate_write_errors(room.shown):
            self._text = _new_file(work, ".csv")
            self._unread_text = _new_file(work, ".jsonl")
        self._writer = csv.writer(self, lineterminator="\r\n")  # so that both signs are quoted
        self._writer.writerow(header)

    @property
    def path(self) -> Path:
        """Return the file."""
        return Path(self._text.name)

    @property
    def unread(self) -> Unread:
        """Return the rows that could not be converted."""
        return Unread(Path(self._unread_text.name), self._unread) if self._unread else Unread()

    def add(self, place: int, cells: Iterable[str]) -> None:
        """Add a row."""
        self._place = place
        self._writer.writerow(cells)

    def refuse(self, place: int, detail: str, raw: str) -> None:
        """Add a row that cannot be converted: what is wrong, and its text."""
        self._unread += 1
        line = json.dumps([place, detail, raw[: LIMITS.record_bytes]])
        with translate_write_errors(self._shown):
            self._unread_text.write(line.encode() + b"\n")

    def write(self, record: str) -> None:
        """Write a record; csv.writer calls this."""
        text = record[:-2]
        if problem := _problem_of(text):
            # what cannot be encoded is shown by its number
            shown = text.encode("utf-8", "backslashreplace").decode()
            self.refuse(self._place, problem, shown.replace("\0", "\\x00"))
            return
        content = text.encode() + b"\n"
        self.rows += 1
        self.places.add(self._lines + 1, self._place)
        self._lines += content.count(b"\n")
        self._room.take(len(content))
        try:
            self._text.write(content)
        except OSError as error:
            raise no_room(self._shown, error) from None

    def __enter__(self) -> "Spool":
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close both files."""
        with translate_write_errors(self._shown):
            self._text.close()
            self._unread_text.close()


def _new_file(work: Path, suffix: str) -> "tempfile._TemporaryFileWrapper[bytes]":
    return tempfile.NamedTemporaryFile("wb", BUFFER, dir=work, suffix=suffix, delete=False)


def _problem_of(text: str) -> str:
    """Return why a record cannot be a line of the spool, "" where it can."""
    if "\0" in text:
        return NO_TEXT
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return NO_TEXT
    if len(text) > LIMITS.record_bytes // 4 and len(text.encode()) > LIMITS.record_bytes:
        return TOO_LONG
    return TOO_MANY_LINES if text.count("\n") >= LIMITS.record_lines else ""
