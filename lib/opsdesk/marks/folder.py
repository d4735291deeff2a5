"""A folder of this machine that can bear a mark."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.marks.mark import NAME, Mark, claim

# What systems put into a folder that is not used yet.
OF_THE_SYSTEM = ("lost+found", ".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep")


class MarkedFolder:
    """A `Place`: a folder, which is made with its first file."""

    def __init__(self, folder: Path, ours: Callable[[Path], bool] = lambda _: False) -> None:
        self.folder = folder
        self.ours = ours  # tells whether an entry may be there before the mark

    @property
    def url(self) -> str:
        """Return the folder, from the project root where it is below it."""
        return project.shown(self.folder)

    def first_names(self, most: int) -> list[str]:
        """Return at most `most` names of what is in the folder."""
        return list(islice(entry_names(self.folder, self.ours), most))

    def read(self, name: str) -> bytes:
        """Return the content of one file."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write the file under another name, then rename it.

        Raises:
            OpsdeskError: the disk is full or may not be written.
        """
        path = self.folder / name
        unfinished = path.with_name(f"{name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except OSError as error:
            cause = error.strerror or error
            raise OpsdeskError(f"Cannot write {project.shown(path)}: {cause}.") from None


def claim_folder(
    folder: Path,
    kind: str,
    ours: Callable[[Path], bool] = lambda _: False,
    is_earlier: Callable[[], bool] = lambda: False,
) -> Mark:
    """Return the mark of a folder; an empty one gets it.

    `ours` tells whether an entry may be there before the mark, `is_earlier` whether an opsdesk
    that had no marks has made the folder.

    Raises:
        OpsdeskError: the folder holds something and is not ours. Nothing was written.
    """
    if folder.exists() and not folder.is_dir():
        raise OpsdeskError(f"{project.shown(folder)} is a file; name a folder for the {kind}.")
    return claim(MarkedFolder(folder, ours), kind, is_earlier)


def entry_names(folder: Path, ours: Callable[[Path], bool]) -> Iterator[str]:
    """Yield the names of what is in a folder, but for what the system and `ours` say."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        is_mark = entry.name.startswith(NAME)  # or what a killed write left of one
        if entry.name not in OF_THE_SYSTEM and not is_mark and not ours(entry):
            yield entry.name
