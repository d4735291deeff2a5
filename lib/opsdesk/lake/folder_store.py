"""A lake in a local folder: the `Store` that needs no cloud. A lock file keeps other steps away."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import filelock

from opsdesk import project
from opsdesk.checksums import Checksum, checksum
from opsdesk.errors import OpsdeskError
from opsdesk.lake.names import is_ours
from opsdesk.marks.folder import entry_names

UNFINISHED = ".opsdesk-part"  # ends the name of our file that is being written
LOCK = ".lock"
WORK = ".opsdesk-work"  # the folder of temporary folders
INGEST = "ingest-"  # begins their names


class FolderStore:
    """A lake in a local folder."""

    or_at_work = ""  # who holds the lock and finds an unfinished ingest knows it was interrupted

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def url(self) -> str:
        """Return the folder, from the project root where it is below it."""
        return project.shown(self.folder)

    @property
    def place(self) -> str:
        """Return the folder's path without links."""
        return str(self.folder.resolve())

    @property
    def exists(self) -> bool:
        """Return whether the folder is there."""
        return self.folder.is_dir()

    @property
    def cache_folder(self) -> Path | None:
        """Return the folder itself, None where its path is one that databases cannot have."""
        return None if project.NO_DATABASE.search(str(self.folder)) else self.folder

    @contextmanager
    def locked(self, wait: float = 0) -> Iterator[None]:
        """Hold the lock file for the block.

        Raises:
            OpsdeskError: another process held it for `wait` seconds, or it cannot be written.
        """
        path = self.folder / LOCK
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(path)
            lock.acquire(timeout=wait)
            path.write_text(f"process {os.getpid()}")
        except filelock.Timeout:
            holder = path.read_text() or "of another process"
            raise OpsdeskError(
                f"Another ingest or backfill ({holder}) is at work on the lake {self.url}: "
                "wait until it has ended."
            ) from None
        except OSError as error:
            raise OpsdeskError(f"Cannot write to the lake {self.url}: {error.strerror}.") from None
        try:
            yield
        finally:
            lock.release()

    def ensure_alone(self) -> None:
        """Do nothing: the lock keeps others away."""

    def ensure_unchanged(self, under: str) -> None:
        """Do nothing: the lock keeps others away."""

    @contextmanager
    def work_folder(self) -> Iterator[Path]:
        """Give a temporary folder in the lake's own, so that moving a file copies nothing."""
        work = self.folder / WORK
        # the lock is ours, so these are of an ingest that was killed
        for left in _work_folders(work):
            shutil.rmtree(left)
        for name in self._files(""):
            if name.endswith(UNFINISHED) and is_ours(name.removesuffix(UNFINISHED)):
                (self.folder / name).unlink()
        if self.cache_folder is None:
            # databases are made in it, and the lake's path is not fit for them
            with tempfile.TemporaryDirectory(prefix="opsdesk-") as folder:
                yield Path(folder)
            return
        try:
            work.mkdir(exist_ok=True)
        except OSError as error:
            raise OpsdeskError(f"Cannot write {project.shown(work)}: {error.strerror}.") from None
        try:
            with tempfile.TemporaryDirectory(dir=work, prefix=INGEST) as folder:
                yield Path(folder)
        finally:
            with suppress(OSError):
                work.rmdir()

    def first_names(self, most: int) -> list[str]:
        """Return the first names in the folder itself."""
        return list(islice(entry_names(self.folder, _is_before_the_mark), most))

    def names(self, under: str) -> list[str]:
        """Return the paths of all finished files below `under`, sorted; links are followed.

        Raises:
            OpsdeskError: a link leads nowhere (a disk that is not there), or to a folder that
                another path of the lake leads to as well.
        """
        return sorted(name for name in self._files(under) if not name.endswith(UNFINISHED))

    def _files(self, under: str) -> Iterator[str]:
        """Yield the path of every file below `under`, also behind links to folders.

        A month may be moved to a larger disk and linked from its place.
        """
        linked: dict[Path, str] = {}  # where links lead
        waiting = [under]
        while waiting:
            place = waiting.pop()
            # os.scandir knows what an entry is without asking for each of thousands of files
            for entry in _entries(self.folder / place):
                name = f"{place}/{entry.name}" if place else entry.name
                if entry.is_symlink():
                    self._check_link(name, Path(entry.path), linked)
                if entry.is_dir():
                    waiting.append(name)
                else:
                    yield name

    def _check_link(self, name: str, link: Path, linked: dict[Path, str]) -> None:
        """Refuse a link that leads nowhere, into the lake itself, or where another one leads."""
        target = Path(os.path.realpath(link))
        where = f"{self.url}/{name} is a link to {target}"
        if not target.exists():
            raise OpsdeskError(
                f"{where}, which is not there. Bring it back (is a disk not mounted?), "
                "or remove the link; then run again."
            )
        if not target.is_dir():
            return
        if target.is_relative_to(os.path.realpath(self.folder)):
            raise OpsdeskError(f"{where}, a folder of the lake itself: remove the link.")
        for other, other_name in linked.items():
            if target.is_relative_to(other) or other.is_relative_to(target):
                raise OpsdeskError(
                    f"{where}, and {other_name} is a link there too; each month needs a folder of "
                    "its own: remove one of the links."
                )
        linked[target] = name

    def read(self, name: str) -> bytes:
        """Return the content of one file."""
        # unbuffered: read_bytes takes half as long again
        with (self.folder / name).open("rb", buffering=0) as file:
            return file.read()

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """Return the contents of several files, by name."""
        return {name: self.read(name) for name in names}

    def checksums(self, under: str) -> dict[str, Checksum]:
        """Return size and crc32c of every file below `under`, computed from its bytes."""
        return {name: checksum(self.read(name)) for name in self.names(under)}

    def local_paths(self, names: list[str], work: Path) -> list[Path]:
        """Return the files themselves."""
        return [self.folder / name for name in names]

    def write(self, name: str, content: bytes) -> None:
        """Write the file under another name, then rename it.

        Raises:
            OpsdeskError: the disk is full or may not be written.
        """
        path = self.folder / name
        unfinished = path.with_name(path.name + UNFINISHED)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise OpsdeskError(
                f"Cannot write {project.shown(path)}: {error.strerror or error}. "
                "Nothing after it was written; free space or allow writing there, then run again."
            ) from None

    def settle(self) -> None:
        """Do nothing: every write is in its place when it returns."""

    def write_from(self, name: str, file: Path) -> None:
        """Move the file to its place."""
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # a linked folder is on another disk, where a move is a copy that can be interrupted
            shutil.move(file, path.with_name(path.name + UNFINISHED))
            path.with_name(path.name + UNFINISHED).replace(path)
        except OSError as error:
            cause = error.strerror or error
            raise OpsdeskError(f"Cannot write {project.shown(path)}: {cause}.") from None

    def delete(self, name: str) -> None:
        """Remove one file, and the folders that this leaves empty, but for linked ones."""
        path = self.folder / name
        if not os.path.lexists(path):
            return
        try:
            path.unlink()
        except OSError as error:
            raise OpsdeskError(
                f"Cannot remove {project.shown(path)}: {error.strerror}. Allow it, then run again."
            ) from None
        for parent in path.parents:
            if parent == self.folder or parent.is_symlink() or any(parent.iterdir()):
                break
            parent.rmdir()


def _work_folders(work: Path) -> list[Path]:
    """Return the temporary folders in the folder of them, and nothing else that is there."""
    if work.is_symlink() or not work.is_dir():
        return []
    return [entry for entry in work.iterdir() if entry.name.startswith(INGEST) and entry.is_dir()]


def _is_before_the_mark(entry: Path) -> bool:
    """Return whether an entry comes before the mark: our work folder, or a lock as we write it."""
    if entry.name == WORK and entry.is_dir():
        return _work_folders(entry) == list(entry.iterdir())
    if entry.name != LOCK or not entry.is_file():
        return False
    return re.fullmatch(rb"(process \d+)?", entry.read_bytes()) is not None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder, nothing where it is missing.

    Raises:
        OpsdeskError: it may not be read: what is in it would look removed.
    """
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise OpsdeskError(
            f"Cannot read {project.shown(folder)}: {error.strerror}. Allow it, then run again."
        ) from None
