"""What a store promises: the contract between the lake and the place where its objects are.

Objects are named from the lake's root, with slashes. `under` is a folder, "" for the whole lake.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from opsdesk.checksums import Checksum


class Store(Protocol):
    """The objects of one lake. A write replaces an object whole: readers see the old or the new.

    Every method raises an OpsdeskError where the place cannot be reached, read or written.
    """

    or_at_work: str  # added to "was interrupted" where an unfinished ingest may still be running

    @property
    def url(self) -> str:
        """Return the place as a params file names it."""

    @property
    def place(self) -> str:
        """Return the place by its whole name: two stores with the same one are the same."""

    @property
    def exists(self) -> bool:
        """Return whether anything was ever put there."""

    @property
    def cache_folder(self) -> Path | None:
        """Return a local folder that lasts from one ingest to the next, or None.

        What is in it may be lost at any time.
        """

    # other steps

    def locked(self, wait: float = 0) -> AbstractContextManager[None]:
        """Keep other steps away for as long as the block runs, or notice them (`ensure_alone`).

        Raises:
            OpsdeskError: another step was at work for `wait` seconds.
        """

    def ensure_alone(self) -> None:
        """Check that no other ingest has begun or ended since `locked`, or since our own record.

        Raises:
            OpsdeskError: one has; nothing that this step does after it counts.
        """

    def ensure_unchanged(self, under: str) -> None:
        """Check that every object below `under` is as this step first saw it, or as it left it.

        Raises:
            OpsdeskError: one is not, or another ingest has begun.
        """

    def work_folder(self) -> AbstractContextManager[Path]:
        """Give a temporary local folder for the block; remove what a killed ingest left.

        It is called within `Lake.locked`, which refuses a place that is not ours.
        """

    # reading

    def first_names(self, most: int) -> list[str]:
        """Return at most `most` names of what is in the place, ours and others."""

    def names(self, under: str) -> list[str]:
        """Return the names of all objects below `under`, sorted."""

    def read(self, name: str) -> bytes:
        """Return the content of one object.

        Raises:
            FileNotFoundError: it does not exist.
        """

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """Return the contents of several objects that were listed, by name."""

    def checksums(self, under: str) -> dict[str, Checksum]:
        """Return size and crc32c of every object below `under` as it is now, by name."""

    def local_paths(self, names: list[str], work: Path) -> list[Path]:
        """Return files on this machine with the content that the objects had when listed.

        A store that must fetch them puts them into `work`.
        """

    # writing

    def write(self, name: str, content: bytes) -> None:
        """Put `content` in the object's place. It may return before the object is there.

        Raises:
            OpsdeskError: this or an earlier write failed, or another ingest wrote there.
        """

    def settle(self) -> None:
        """Wait until everything written is in its place.

        Raises:
            OpsdeskError: the first failure of the writes before.
        """

    def write_from(self, name: str, file: Path) -> None:
        """Put the content of a local file, which may be large and is used up, in the place."""

    def delete(self, name: str) -> None:
        """Remove one object; it may be missing already.

        Raises:
            OpsdeskError: it may not be removed, or another ingest has begun.
        """
