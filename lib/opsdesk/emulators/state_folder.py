"""The folder with the state of running emulators: for one start alone, empty at its beginning."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.marks.folder import claim_folder

KIND = "folder of emulators"  # in its mark
LOCK = "emulators.lock"
PARAMS = "emulated.yaml"  # the params file of `opsdesk emulators`
# What a start leaves, and the next one removes; nothing else in the folder is touched.
STATE = ("storage", "uploads", "tls", "storage.log", "bigquery.log", PARAMS)


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """Hold a folder for the block, without what an earlier start left in it.

    Raises:
        OpsdeskError: the folder has a space in its name, holds other files, or is in use.
    """
    _refuse_unfit(folder)
    lock = folder / LOCK
    # an opsdesk without marks left an empty lock file as one
    is_earlier = lock.is_file() and not lock.stat().st_size
    ours = (LOCK, *STATE) if is_earlier else ()
    claim_folder(folder, KIND, ours=lambda entry: entry.name in ours)
    try:
        with FileLock(lock, timeout=0):
            _remove_state(folder)
            yield
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


def _remove_state(folder: Path) -> None:
    for entry in (folder / name for name in STATE):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
