"""Reading the DuckDB file without being in anybody's way: short read-only openings, and private copies."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import duckdb

from opsdesk import project
from opsdesk.errors import OpsdeskError

PATIENCE = 30.0  # seconds to wait for a run that is writing
HELD = ("set lock", "being used by another process", "different configuration")  # what DuckDB says of a file in use


class InUseError(OpsdeskError):
    """The file is being written, and was for as long as we cared to wait."""


@contextmanager
def reading(path: Path, patience: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection; no process can write to the file until it is closed.

    Raises:
        InUseError: a run went on writing to it for `patience` seconds.
        OpsdeskError: it is not a DuckDB file.
    """
    connection = _connect(path, monotonic() + (PATIENCE if patience is None else patience))
    try:
        connection.execute("SET TimeZone='UTC'")
        yield connection
    finally:
        connection.close()


def copy_while_still(path: Path, target: Path, patience: float | None = None) -> None:
    """Copy the database at `path`, and what its log holds, to `target` at a moment when nobody writes to it.

    Raises:
        OpsdeskError: it is in use, is no DuckDB file, or there is no room for the copy.
    """
    with reading(path, patience):
        try:
            shutil.copyfile(path, target)
            if log_of(path).exists():
                shutil.copyfile(log_of(path), log_of(target))
        except OSError as error:
            raise OpsdeskError(
                f"No private copy of {project.shown(path)} could be made in {target.parent} ({error.strerror}): "
                "make room there, or set TMPDIR to a folder with room."
            ) from None


def version_of(path: Path) -> tuple:
    """Size and time of the file and of its log: another value means there is something new in it."""
    stats = [file.stat() for file in (path, log_of(path)) if file.exists()]
    return tuple((stat.st_size, stat.st_mtime_ns, stat.st_ino) for stat in stats)


def log_of(path: Path) -> Path:
    """The write-ahead log beside a DuckDB file."""
    return path.with_name(f"{path.name}.wal")


def _connect(path: Path, deadline: float) -> duckdb.DuckDBPyConnection:
    while True:
        try:
            return duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            text = " ".join(str(error).split())
            if not any(word in text for word in HELD):
                raise OpsdeskError(f"{project.shown(path)} cannot be opened as a DuckDB file: {text[:300]}") from None
            if monotonic() > deadline:
                raise InUseError(
                    f"{project.shown(path)} is being written by a run: try again when it is done."
                ) from None
            sleep(0.1)
