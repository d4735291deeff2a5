"""Where the project is: every relative path starts here, never at the working directory."""

from pathlib import Path

import yaml

from opsdesk.errors import OpsdeskError

# libyaml is ten times faster, and not there on every system.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ROOT = Path(__file__).resolve().parents[2]


def resolve(text: str) -> Path:
    """Return the path that `text` means: `~` expanded, a relative one from the project root.

    Raises:
        OpsdeskError: `~NAME` of a user who does not exist.
    """
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise OpsdeskError(f"{text!r} names the home of a user who does not exist.") from None
    return path if path.is_absolute() else ROOT / path


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
