"""Where the project is: every relative path starts here, never at the working directory."""

from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.guards.texts import is_plain

ROOT = Path(__file__).resolve().parents[2]


def resolve(text: str) -> Path:
    """Return the path that `text` means: `~` expanded, a relative one from the project root.

    Raises:
        OpsdeskError: no file can have that name, or none can be looked for there.
    """
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise OpsdeskError(f"{text!r} names the home of a user who does not exist.") from None
    path = path if path.is_absolute() else ROOT / path
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


def notebooks_folder() -> Path:
    """Return the folder of the notebooks.

    Raises:
        OpsdeskError: the package is not installed from a project folder.
    """
    folder = ROOT / "notebooks"
    if not folder.is_dir():
        raise OpsdeskError(
            f"No notebooks folder at {folder}: install opsdesk from its project folder with "
            "`pip install -e .` (`make` does)."
        )
    return folder
