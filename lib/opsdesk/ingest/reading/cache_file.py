"""The file of the row cache: where it is, what happens when it is damaged or too large."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from opsdesk.ingest.reading.row_cache import UnusableCacheError

NAME = ".rows.duckdb"
SMALLEST = 8 << 20  # bytes; a smaller cache is never too large
Result = TypeVar("Result")


def with_cache(
    cache: Path, work: Path, export_size: int, ingest: Callable[[Path, Path], Result]
) -> Result:
    """Return what `ingest` makes of a work folder and a cache.

    A damaged block of the cache is found where it is read, at any time. Then ingest starts again
    without it. If the cause was another, such as a full disk, it fails again in the same way.
    """
    existed = cache.exists()
    try:
        try:
            return ingest(work, cache)
        except (UnusableCacheError, duckdb.Error):
            if not existed:
                raise
        forget(cache)
        again = work / "again"
        again.mkdir()
        return ingest(again, cache)
    finally:
        _forget_if_large(cache, export_size)


def _forget_if_large(cache: Path, export_size: int) -> None:
    # after many changes the file may hold more free room than rows
    largest = max(SMALLEST, export_size / 2)
    if cache.exists() and cache.stat().st_size > largest:
        forget(cache)


def forget(cache: Path) -> None:
    """Remove a cache and its log."""
    cache.unlink(missing_ok=True)
    cache.with_name(f"{cache.name}.wal").unlink(missing_ok=True)
