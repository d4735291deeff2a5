"""The folder with the state of running emulators: for one start alone, empty at its beginning."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.errors import OpsdeskError

MARK = "emulators.lock"  # a folder with this file was made here, and may be emptied


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """Hold a folder for the block, with nothing in it at the start.

    Raises:
        OpsdeskError: the folder has a space in its name, holds other files, or is in use.
    """
    _refuse_unfit(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / MARK
    try:
        with FileLock(mark, timeout=0):
            _remove_entries(folder)
            yield
            mark.touch()  # filelock may have removed it, and the next start must see it
    except Timeout:
        raise OpsdeskError(
            f"Emulators are running in {project.shown(folder)} already: "
            "use those, or another folder."
        ) from None


def _refuse_unfit(folder: Path) -> None:
    if re.search(r"\s", str(folder)):
        raise OpsdeskError(
            f"The folder {folder} has a space in its name, which the setting `google.endpoints` "
            "cannot take: choose another folder."
        )
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise OpsdeskError(
            f"{project.shown(folder)} holds other files: name an empty folder for the emulators."
        )


def _remove_entries(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != MARK:
            entry.unlink()
