"""Where ingest works: a folder on the lake's disk, and a database that keeps memory bounded."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.lake import Lake
from opsdesk.sql_text import quoted

SMALL = 200 << 20  # bytes of export


@contextmanager
def work_folder(lake: Lake) -> Iterator[Path]:
    """A folder for what ingest needs on disk, beside the lake's data; what a killed one left there goes first."""
    for left in lake.store.folder.glob(".work-*"):
        shutil.rmtree(left)
    for left in lake.store.folder.rglob("*.part"):
        left.unlink()
    with tempfile.TemporaryDirectory(dir=lake.store.folder, prefix=".work-") as folder:
        yield Path(folder)


@contextmanager
def work_database(work: Path, size: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small export fits in memory; a large one gets a database on disk, so that memory does not grow with it."""
    limit = "500MB" if size < 2 << 30 else "1500MB"
    with duckdb.connect(":memory:" if size < SMALL else work / "work.duckdb") as con:
        con.execute(f"SET memory_limit={quoted(limit)}; SET temp_directory={quoted(str(work / 'spill'))}")
        con.execute("SET TimeZone='UTC'; PRAGMA disable_checkpoint_on_shutdown")
        try:
            yield con
        except duckdb.OutOfMemoryException as error:
            raise OpsdeskError(
                f"The disk or the memory allowed to ingest ({limit}) is full: {str(error).splitlines()[0]}"
            ) from None
        except OSError as error:
            raise OpsdeskError(
                f"No room to work in {work.parent}: {error.strerror or error}. Free space, then run again."
            ) from None
        except duckdb.IOException as error:
            raise OpsdeskError(
                f"Reading or writing failed on this machine's disk: {str(error).splitlines()[0]}"
            ) from None
