"""Where ingest works: a database that keeps memory bounded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from opsdesk.duckdb_file import quoted
from opsdesk.errors import OpsdeskError

SMALL = 200 << 20  # bytes of export


@contextmanager
def work_database(work: Path, size: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small export fits in memory; a large one gets a database on disk, so that memory does not grow with it."""
    with duckdb.connect(":memory:" if size < SMALL else work / "work.duckdb") as con:
        con.execute(
            f"SET memory_limit={quoted(_limit(size))}; SET temp_directory={quoted(str(work / 'spill'))}"
        )
        con.execute(
            "SET TimeZone='UTC'; PRAGMA disable_checkpoint_on_shutdown; SET wal_autocheckpoint='1MB'"
        )
        yield con


@contextmanager
def explained(work: Path, size: int) -> Iterator[None]:
    """Within it a disk or a memory that does not suffice is an OpsdeskError."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise OpsdeskError(
            f"The disk or the memory allowed to ingest ({_limit(size)}) is full: {str(error).splitlines()[0]}"
        ) from None
    except OSError as error:
        raise OpsdeskError(
            f"No room to work in {work.parent}: {error.strerror or error}. Free space, then run again."
        ) from None
    except duckdb.IOException as error:
        raise OpsdeskError(
            f"Reading or writing failed on this machine's disk: {str(error).splitlines()[0]}"
        ) from None


def _limit(size: int) -> str:
    return "500MB" if size < 2 << 30 else "1500MB"
