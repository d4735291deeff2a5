"""Where Great Expectations is: the Python of its own environment, and the program it runs."""

import os
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError

VARIABLE = "OPSDESK_QUALITY_PYTHON"
PYTHON = Path("Scripts/python.exe") if os.name == "nt" else Path("bin/python")


def program() -> Path:
    """Return the folder of the program that the other environment runs.

    Raises:
        OpsdeskError: the project is no clone and has no such folder.
    """
    folder = project.ROOT / "deploy" / "quality"
    if not (folder / "__main__.py").is_file():
        raise OpsdeskError(
            f"The checks are not in this project: {project.shown(folder)} is missing. "
            "Copy that folder from a clone of opsdesk."
        )
    return folder


def quality_python() -> Path:
    """Return the Python of the environment of Great Expectations.

    Raises:
        OpsdeskError: it is not set up, or the variable names something else.
    """
    if named := os.environ.get(VARIABLE, ""):
        if not Path(named).is_file():
            raise _wrong(named, "is no file")
        if not os.access(named, os.X_OK):
            raise _wrong(named, "is no program")
        return Path(named)
    home = project.ROOT / ".quality"
    if not (home / "ready").exists() or not (home / PYTHON).exists():
        raise OpsdeskError(
            "The environment of Great Expectations is not there: type `make quality` (once, about "
            f"a minute), or let {VARIABLE} name the Python of one made from "
            "deploy/quality/requirements.lock."
        )
    return home / PYTHON


def _wrong(named: str, why: str) -> OpsdeskError:
    return OpsdeskError(
        f"{VARIABLE} names {named}, which {why}: let it name the Python of an environment made "
        "from deploy/quality/requirements.lock, or take it away."
    )
