"""Folders next to a DuckDB file for what Spark hands over.

Each is removed at the end of its run; those of a killed run are removed by the next one.
"""

import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.errors import OpsdeskError

LOCK = ".lock"  # the run that uses a folder holds it


@contextmanager
def scratch_folder(file: Path) -> Iterator[Path]:
    """Make an empty folder next to `file`, named after it, for this run alone.

    Raises:
        OpsdeskError: it cannot be made there.
    """
    _sweep(file)
    try:
        folder = Path(tempfile.mkdtemp(dir=file.parent, prefix=f"{file.name}.spark-"))
    except OSError as error:
        raise OpsdeskError(
            f"Spark cannot make a folder next to {project.shown(file)}: {error.strerror}. "
            "Make room there, or the folder writable."
        ) from None
    try:
        with FileLock(folder / LOCK):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(file: Path) -> None:
    """Remove the folders whose run has ended."""
    for folder in file.parent.glob(f"{glob.escape(file.name)}.spark-*"):
        try:
            with FileLock(folder / LOCK, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):
            continue
