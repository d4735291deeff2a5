"""Where the project lies: every relative path starts here, never at the working directory."""

from pathlib import Path

import yaml

from opsdesk.errors import OpsdeskError

LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml, ten times faster, where it is there
ROOT = Path(__file__).resolve().parents[2]


def resolve(text: str) -> Path:
    """The path that `text` means: absolute as it is, `~` expanded, anything else from the project root."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise OpsdeskError(f"{text!r} names the home of a user who is not there.") from None
    return path if path.is_absolute() else ROOT / path


def shown(path: Path) -> str:
    """`path` as a person should read it: from the project root where it lies inside, else whole."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def notebooks_folder() -> Path:
    """The folder of the notebooks.

    Raises:
        OpsdeskError: the package is not installed from a project folder.
    """
    folder = ROOT / "notebooks"
    if not folder.is_dir():
        raise OpsdeskError(
            f"No notebooks folder at {folder}: install opsdesk from its project folder with `pip install -e .` (`make` does)."
        )
    return folder
