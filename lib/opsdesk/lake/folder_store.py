"""A lake in a local folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from opsdesk import project
from opsdesk.checksums import Checksum, checksum
from opsdesk.errors import OpsdeskError


class FolderStore:
    """A lake in a local folder. A write replaces an object whole: a reader sees the old or the new one."""

    or_at_work = (
        ""  # who finds the record of an ingest that has not ended knows that it was interrupted
    )

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def url(self) -> str:
        """The folder as a person should read it."""
        return project.shown(self.folder)

    @property
    def exists(self) -> bool:
        """Whether anything was ever put there."""
        return self.folder.is_dir()

    @contextmanager
    def locked(self, wait: float = 0) -> Iterator[None]:
        """Keeps other steps away while one reads or writes; an OpsdeskError where one is at work for `wait` seconds."""
        path = self.folder / ".lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(path)
            lock.acquire(timeout=wait)
            path.write_text(f"process {os.getpid()}")
        except filelock.Timeout:
            raise OpsdeskError(
                f"Another ingest or backfill ({path.read_text() or 'of another process'}) is at work on the lake "
                f"{self.url}: wait until it has ended."
            ) from None
        except OSError as error:
            raise OpsdeskError(f"Cannot write to the lake {self.url}: {error.strerror}.") from None
        try:
            yield
        finally:
            lock.release()

    def ensure_alone(self) -> None:
        """An OpsdeskError where another ingest has begun or ended since `locked`; here the lock keeps it away."""

    def ensure_unchanged(self, under: str) -> None:
        """An OpsdeskError where an object below `under` is not as this step has seen or left it; see `ensure_alone`."""

    @contextmanager
    def work_folder(self) -> Iterator[Path]:
        """A folder for what ingest needs on disk, beside the lake's data; what a killed one left there goes first."""
        for left in self.folder.glob(".work-*"):
            shutil.rmtree(left)
        for left in self.folder.rglob("*.part"):
            left.unlink()
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".work-") as folder:
            yield Path(folder)

    def names(self, under: str) -> list[str]:
        """The names of all objects below the folder `under`, sorted."""
        found = []
        for folder, _, files in os.walk(self.folder / under):  # twice as fast as Path.rglob
            place = folder[len(str(self.folder)) + 1 :].replace(os.sep, "/")
            found += [f"{place}/{file}" for file in files if not file.endswith(".part")]
        return sorted(found)

    def read(self, name: str) -> bytes:
        """The content of one object; FileNotFoundError where there is none."""
        with (self.folder / name).open(
            "rb", buffering=0
        ) as file:  # read_bytes takes half as long again
            return file.read()

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """The contents of several objects that were listed."""
        return {name: self.read(name) for name in names}

    def checksums(self, under: str) -> dict[str, Checksum]:
        """Size and crc32c of every object below `under`, from the bytes as they are now."""
        return {name: checksum(self.read(name)) for name in self.names(under)}

    def write(self, name: str, content: bytes) -> None:
        """Puts `content` in the object's place.

        Raises:
            OpsdeskError: the disk is full or may not be written.
        """
        path = self.folder / name
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise OpsdeskError(f"Cannot write {project.shown(path)}: {error.strerror or error}. Nothing after it was written; "
                               "free space or allow writing there, then run again.") from None  # fmt: skip

    def settle(self) -> None:
        """Waits until everything written is in its place; here it is already."""

    def write_from(self, name: str, file: Path) -> None:
        """Puts the content of a local file, which may be large and is used up, in the object's place."""
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, path)
        except OSError as error:
            raise OpsdeskError(
                f"Cannot write {project.shown(path)}: {error.strerror or error}."
            ) from None

    def delete(self, name: str) -> None:
        """Removes one object, and its folder where that leaves it empty; one that is not there is fine."""
        path = self.folder / name
        if not path.exists():
            return
        try:
            path.unlink()
        except OSError as error:
            raise OpsdeskError(
                f"Cannot remove {project.shown(path)}: {error.strerror}. Allow it, then run again."
            ) from None
        for parent in path.parents:
            if parent == self.folder or any(parent.iterdir()):
                break
            parent.rmdir()

    def local_paths(self, names: list[str], work: Path) -> list[Path]:
        """Files on this machine with the content of the objects (`work` is for stores that must fetch them)."""
        return [self.folder / name for name in names]
