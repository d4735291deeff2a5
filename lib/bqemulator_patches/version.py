"""The one version of bqemulator that fits: the patches replace private functions by name."""

from importlib.metadata import PackageNotFoundError, version

PATCHED = "1.4.0"


def check_version() -> None:
    """End the process unless the patched version is installed.

    Raises:
        SystemExit: another version is installed, or none; the text says which one is needed.
    """
    try:
        found = version("bqemulator")
    except PackageNotFoundError:
        found = "no version"
    if found != PATCHED:
        raise SystemExit(
            f"The patches fit bqemulator {PATCHED} only, and {found} is installed: "
            f"install bqemulator=={PATCHED}, or adapt the patches."
        )
