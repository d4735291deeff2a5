"""A file of events: one line per event, whole lines only, also after a crash."""

import json
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.runner.lineage.delivery import DeliveryError

PATIENCE = 2.0  # seconds to wait for another run that writes to the same file
LONGEST = 1 << 20  # bytes of a line


class EventFile:
    """A file that events are appended to, by any number of runs."""

    def __init__(self, path: Path) -> None:
        self.shown = project.shown(path)
        self._path = path

    def deliver(self, event: str) -> None:
        """Append an event as one line.

        Raises:
            DeliveryError: the file cannot be written; it is then as it was.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._path.with_name(f".{self._path.name}.lock")
            with FileLock(lock, timeout=PATIENCE), self._path.open("a+b", buffering=0) as file:
                _append(file, event.encode() + b"\n")
        except Timeout:
            raise DeliveryError("another run is writing to it") from None
        except OSError as error:
            raise DeliveryError(error.strerror or type(error).__name__) from None


def _append(file: IO[bytes], line: bytes) -> None:
    end = _end_of_whole_lines(file)
    file.truncate(end)
    if file.write(line) != len(line):  # the disk is full
        file.truncate(end)
        raise DeliveryError("there is no room for a whole line")


def _end_of_whole_lines(file: IO[bytes]) -> int:
    """Return where the last whole line ends: a process that was killed may have left a part."""
    size = file.seek(0, 2)
    start = max(0, size - LONGEST)
    file.seek(start)
    tail = file.read(LONGEST)
    if not tail or tail.endswith(b"\n"):
        return size
    before, found, last = tail.rpartition(b"\n")
    if start and not found:
        raise DeliveryError("its last line is longer than any event")
    if _is_whole(last):
        file.write(b"\n")
        return size + 1
    return start + len(before) + len(found)


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
