"""A private copy of a DuckDB file: questions to it never hold up a run that writes the file."""

import atexit
import shutil
import tempfile
import weakref
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from opsdesk.duckdb_file import copy_while_still, version_of
from opsdesk.errors import InUseError

SHORT_PATIENCE = 0.5  # seconds to wait for the file where an older copy can answer


class PrivateCopy:
    """The copy of one file. Its folder goes with this object, at the latest when Python ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copy: Path | None = None
        self._copied: tuple[tuple[int, int, int], ...] = ()
        self._copies = 0

    def refreshed(self) -> Path:
        """Return the path of a copy that has what was published last.

        While a run is publishing, the copy from before is still true and is returned.

        Raises:
            OpsdeskError: the file is in use and there is no copy yet, or it is no DuckDB file.
        """
        version = version_of(self._path)
        if self._copy and version == self._copied:
            return self._copy
        target = self.folder / f"{self._copies}.duckdb"
        try:
            copy_while_still(self._path, target, SHORT_PATIENCE if self._copy else None)
        except InUseError:
            if self._copy:
                return self._copy
            raise
        self._drop()
        self._copy = target
        self._copied = version
        self._copies += 1
        return target

    @cached_property
    def folder(self) -> Path:
        """Return the folder of the copy."""
        folder = tempfile.mkdtemp(prefix="opsdesk-")
        remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        # Before Jupyter's own exit handlers: they may hang, and the kernel is killed then.
        atexit.register(remove)
        return Path(folder)

    def _drop(self) -> None:
        if not self._copy:
            return
        for file in self.folder.glob(f"{self._copy.name}*"):
            # Windows keeps a file that is still being read; it goes with the folder.
            with suppress(OSError):
                file.unlink()
