"""Where ingest works: a database that keeps memory bounded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from opsdesk.duckdb_file import quoted
from opsdesk.errors import OpsdeskError

SMALL = 200 << 20  # bytes of export that fit in memory with all that is made of them
LARGE = 2 << 30  # bytes of export from which more memory saves time


@contextmanager
def work_database(work: Path, size: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for an export of `size` bytes, for the block.

    A small export fits in memory. A large one gets a database on disk, so that memory does not grow
    with it.
    """
    with duckdb.connect(":memory:" if size < SMALL else work / "work.duckdb") as con:
        con.execute(f"SET memory_limit={quoted(_limit(size))}")
        con.execute(f"SET temp_directory={quoted(str(work / 'spill'))}")
        con.execute("SET TimeZone='UTC'")
        con.execute("PRAGMA disable_checkpoint_on_shutdown")  # it is thrown away
        con.execute("SET wal_autocheckpoint='1MB'")
        yield con


@contextmanager
def translate_errors(work: Path, size: int) -> Iterator[None]:
    """Make an OpsdeskError of a disk or memory that is too small for the block."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise OpsdeskError(
            f"The disk or the memory allowed to ingest ({_limit(size)}) is full: "
            f"{_first_line(error)} Free space in {work.parent}, then run again."
        ) from None
    except OSError as error:
        raise OpsdeskError(
            f"No room to work in {work.parent}: {error.strerror or error}. "
            "Free space, then run again."
        ) from None
    except duckdb.IOException as error:
        raise OpsdeskError(
            f"Reading or writing failed on this machine's disk: {_first_line(error)}"
        ) from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _limit(size: int) -> str:
    return "500MB" if size < LARGE else "1500MB"
