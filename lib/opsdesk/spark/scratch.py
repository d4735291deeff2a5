"""Folders beside a DuckDB file for what Spark hands over: gone at the end, and a killed run's are removed by the next one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.errors import OpsdeskError

LOCK = ".lock"  # held by the run that a folder belongs to


@contextmanager
def scratch_folder(beside: Path) -> Iterator[Path]:
    """An empty folder in the folder of `beside`, named after it, for this run alone.

    Raises:
        OpsdeskError: it cannot be made there.
    """
    _sweep(beside)
    try:
        folder = Path(tempfile.mkdtemp(dir=beside.parent, prefix=f"{beside.name}.spark-"))
    except OSError as error:
        raise OpsdeskError(
            f"Spark needs room beside {project.shown(beside)}: {error.strerror}."
        ) from None
    try:
        with FileLock(folder / LOCK):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(beside: Path) -> None:
    """Removes the folders that nobody holds any more."""
    for left in beside.parent.glob(f"{beside.name}.spark-*"):
        try:
            with FileLock(left / LOCK, timeout=0):
                shutil.rmtree(left, ignore_errors=True)
        except (Timeout, OSError):
            continue
