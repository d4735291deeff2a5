"""Who may read what opsdesk writes: its owner only, unless the parameter `file_mode` says shared.

What is written has the text of tickets in it. One switch does it for every writer (DuckDB, Spark,
kernels and their children): the umask of the process.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE = "private"
SHARED = "shared"
MODES = (PRIVATE, SHARED)
OWNER_ONLY = 0o077  # the umask


@contextmanager
def created_with(mode: str) -> Iterator[None]:
    """Let what the block creates be the owner's only; where `mode` is shared, the umask decides."""
    if mode == SHARED:
        yield
        return
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def set_mode(paths: Iterable[Path], mode: str) -> None:
    """Give what is at `paths` already the rights of `mode`; a folder closes all that is in it.

    What is missing, is a link or belongs to another user stays as it is.
    """
    umask = _umask()
    for path in paths:
        with suppress(OSError):  # the one that writes there says what is wrong
            if mode == PRIVATE:
                _set_rights(path, OWNER_ONLY)
            elif _is_closed(path, umask):
                for inner in (path, *path.rglob("*")):
                    _set_rights(inner, umask)


def _umask() -> int:
    umask = os.umask(OWNER_ONLY)
    os.umask(umask)
    return umask


def _is_closed(path: Path, umask: int) -> bool:
    """Return whether a private run has closed a path that the umask would leave open."""
    return path.exists() and not path.stat().st_mode & OWNER_ONLY and umask & OWNER_ONLY != 0o077


def _set_rights(path: Path, umask: int) -> None:
    if path.is_symlink() or not (path.is_dir() or path.is_file()):
        return
    rights = (0o777 if path.is_dir() else 0o666) & ~umask
    if umask == OWNER_ONLY:  # take rights away, and give none
        rights &= stat.S_IMODE(path.stat().st_mode)
    if stat.S_IMODE(path.stat().st_mode) != rights:
        path.chmod(rights)
