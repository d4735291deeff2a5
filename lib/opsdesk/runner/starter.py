"""A new project from an installed package: notebooks, params and mappings in an empty folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError

# setup.py puts the project's own notebooks and params there when it builds the wheel.
STARTER = "starter"
OWN_FILES = {"README.md": "README.md", "gitignore": ".gitignore"}  # in data/starter, in the project
NEXT = """\
Next, in that folder:
  opsdesk run params/sample.yaml --open
  opsdesk status params/sample.yaml
  opsdesk lab"""


def start_project(folder: Path) -> Iterator[str]:
    """Copy what a project needs into `folder`; yield lines that say what was done.

    Raises:
        OpsdeskError: the folder holds more than dotfiles, or cannot be written; the package runs
            from a clone.
    """
    if project.IS_CLONE:
        raise OpsdeskError(
            f"This opsdesk belongs to the project folder {project.ROOT}: work there. `init` is for "
            "a package that was installed by pip, pipx or uv."
        )
    try:
        _refuse_filled(folder)
        shutil.copytree(project.PACKAGE / STARTER, folder, dirs_exist_ok=True)
        kept = [name for source, name in OWN_FILES.items() if not _copy(source, folder / name)]
    except OSError as error:
        cause = error.strerror or error
        raise OpsdeskError(f"{folder} cannot be written: {cause}.") from None
    yield f"{folder}: notebooks, params and mappings are there."
    for name in kept:
        yield f"{name} was there already and stays: let it have outputs/ and params/my_*.yaml."
    yield NEXT


def _refuse_filled(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise OpsdeskError(f"{folder} is a file: name an empty folder.")
    there = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    others = [name for name in there if not name.startswith(".")]
    if others:
        raise OpsdeskError(
            f"{folder} is not empty (it has {others[0]}): name an empty folder. Files such as .git "
            "may be in it."
        )


def _copy(source: str, target: Path) -> bool:
    """Copy one of our files; return False where a file of that name is there, which stays."""
    if target.exists() or target.is_symlink():
        return False
    shutil.copyfile(project.PACKAGE / "data" / STARTER / source, target)
    return True
