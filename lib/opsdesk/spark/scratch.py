"""Folders next to a DuckDB file for what Spark hands over.

Each is removed at the end of its run; those of a killed run are removed by the next one.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.marks.folder import MarkedFolder, claim_folder
from opsdesk.marks.mark import find_mark

KIND = "Spark folder"  # in its mark
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
            # only now: a folder with a mark and a free lock is one whose run has ended
            claim_folder(folder, KIND, ours=lambda entry: entry.name == LOCK)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(file: Path) -> None:
    """Remove the folders whose run has ended: those with our mark, and no other."""
    for folder in file.parent.glob(f"{escape(file.name)}.spark-*"):
        try:
            if folder.is_symlink() or find_mark(MarkedFolder(folder), KIND) is None:
                continue
            with FileLock(folder / LOCK, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError, OpsdeskError):
            continue
