"""Paths. Every relative one starts where the project is, never at the working directory.

Some engines take characters of a path for a pattern: `literal` makes a path mean itself, always.
"""

import atexit
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.guards.texts import is_plain

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parents[1]  # of a clone; for an installed package, `find_root` sets another
PATTERN = re.compile(r"[*?\[\\]")  # what DuckDB does not take as it is in the path of a file
NO_DATABASE = re.compile(r"[?\\]")  # what DuckDB misreads in a database's path, also behind a link
UNUSUAL = re.compile(r"[^A-Za-z0-9/._=-]")  # what may have a meaning for Spark


def is_project(folder: Path) -> bool:
    """Return whether a folder is a clone, or was made by `opsdesk init`."""
    return (folder / "notebooks" / "01_ingest.ipynb").is_file() and (folder / "params").is_dir()


IS_CLONE = PACKAGE.parent.name == "lib" and is_project(ROOT)


def find_root(start: Path) -> None:
    """Let the project be the one that the folder `start` is in, else `start` itself.

    A package that runs from a clone belongs to it, whatever `start` is.
    """
    global ROOT
    if not IS_CLONE:
        ROOT = next(filter(is_project, (start, *start.parents)), start)


def refuse_no_project() -> None:
    """Refuse to work outside of a project.

    Raises:
        OpsdeskError: the package is installed, and no project was found.
    """
    if not IS_CLONE and not is_project(ROOT):
        raise OpsdeskError(
            f"There is no opsdesk project in {ROOT} or above it: type `opsdesk init DIR`, then go "
            "to the folder DIR and try again, or name it in the variable OPSDESK_PROJECT."
        )


def resolve(text: str) -> Path:
    """Return the path that `text` means: `~` expanded, a relative one from the project root.

    A path that begins with lib/opsdesk is in the package, wherever that is installed.

    Raises:
        OpsdeskError: no file can have that name, or none can be looked for there.
    """
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise OpsdeskError(f"{text!r} names the home of a user who does not exist.") from None
    if not path.is_absolute():
        is_ours = path.parts[:2] == ("lib", "opsdesk") and not IS_CLONE
        path = PACKAGE.joinpath(*path.parts[2:]) if is_ours else ROOT / path
    refuse_unusable(path)
    return path


def refuse_unusable(path: Path) -> None:
    """Refuse a path that every further step would fail on, in its own words.

    Raises:
        OpsdeskError: a name that is no text or too long, a circle of links, a folder that is closed
            to us.
    """
    if not is_plain(str(path)):
        raise OpsdeskError(
            f"The path {shown(path)!a} has characters that are no text (control characters, "
            "or bytes that are not UTF-8): rename it."
        )
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return  # the one that needs it says so
    except OSError as error:
        cause = error.strerror or error
        raise OpsdeskError(f"The path {shown(path)} cannot be used: {cause}.") from None


def shown(path: Path) -> str:
    """Return a path as a person reads it: from the project root where it is inside, else whole."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def refuse_pipe(what: str, path: Path) -> None:
    """Refuse what would be waited for, or is read once only: a pipe, a socket, a device.

    Raises:
        OpsdeskError: `path` is one; `what` is what messages call it.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OpsdeskError(
            f"{what} {shown(path)} is a pipe, a socket or a device, not a file: "
            "write its content into a file, and name that."
        )


def literal(path: Path, meaningful: re.Pattern[str]) -> Path:
    """Return a path to the same file in whose folder no character is `meaningful` to an engine.

    DuckDB reads `lake[1]` for `lake1` and takes a backslash for a slash; Spark does not decode what
    a URL encodes. No escape works everywhere, so a folder of such a name is given another one: a
    symbolic link, which is there until this process ends.

    Raises:
        OpsdeskError: the name of the file itself has such a character, or no link can be made.
    """
    if os.name == "nt" or not meaningful.search(str(path)):
        return path
    if meaningful.search(path.name):
        sign = meaningful.findall(path.name)[0]
        raise OpsdeskError(
            f"The name {path.name[:100]!r} in {shown(path.parent)} has the character {sign!r}, "
            "which stands for other names in an engine: give the file another name."
        )
    return _link_to(path.absolute().parent, _links_folder()) / path.name


@cache
def _link_to(folder: Path, links: Path) -> Path:
    link = links / str(len(list(links.iterdir())))
    link.symlink_to(folder, target_is_directory=True)
    return link


@cache
def _links_folder() -> Path:
    """Make the folder for the links of this process."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if not UNUSUAL.search(place) and os.access(place, os.W_OK):
            folder = Path(tempfile.mkdtemp(prefix="opsdesk-", dir=place))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            return folder
    raise OpsdeskError(
        f"No link can be made in {tempfile.gettempdir()}: set TMPDIR to a folder that can be "
        "written and whose path has only letters, digits and slashes."
    )


def notebooks_folder() -> Path:
    """Return the folder of the notebooks.

    Raises:
        OpsdeskError: the project has none.
    """
    refuse_no_project()
    folder = ROOT / "notebooks"
    if not folder.is_dir():
        raise OpsdeskError(f"No notebooks folder at {folder}: the project folder is not complete.")
    return folder
