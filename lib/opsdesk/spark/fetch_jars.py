"""`make jars`: fetches Google's connectors for Spark from Maven Central, once.

They come through Ivy or Maven, and not by a download of our own: these clients know the mirrors,
proxies and certificates that a company sets for them.
"""

import sys
import tempfile
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.spark import jars as connectors
from opsdesk.spark.jars import Jar, is_pinned
from opsdesk.spark.maven import retrieve_by_ivy, retrieve_by_maven


def fetch_jars() -> list[Path]:
    """Fetch the jars that are not there yet; return the paths of all.

    Raises:
        OpsdeskError: there is no network, or a file that arrives is not the pinned one.
    """
    missing = [jar for jar in connectors.JARS if not is_pinned(jar.path, jar)]
    if missing:
        folder = missing[0].path.parent
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            problem = _retrieve(missing, Path(work))
            for jar in missing:
                _take(jar, Path(work), problem)
    return [jar.path for jar in connectors.JARS]


def _retrieve(jars: list[Jar], work: Path) -> str:
    """Retrieve jars into `work`; return what went wrong, "" where nothing did."""
    problem = retrieve_by_ivy(jars, work)
    if problem:
        problem = f"{problem.rstrip('.')}. {retrieve_by_maven(jars, work)}"
    return problem.strip()


def _take(jar: Jar, work: Path, problem: str) -> None:
    """Move a jar that was retrieved to its place."""
    found = work / jar.file
    if not found.exists():
        raise OpsdeskError(f"{jar.file} could not be fetched from Maven Central: {problem}")
    if not is_pinned(found, jar):
        raise OpsdeskError(
            f"What came as {jar.file} is not the pinned file (its sha256 differs), "
            "so it was deleted: run `make jars` again, and look at the mirror or proxy in between."
        )
    found.replace(jar.path)


def main() -> None:
    """Fetch the jars and print their paths."""
    try:
        for path in fetch_jars():
            print(project.shown(path))
    except OpsdeskError as error:
        sys.exit(f"opsdesk: {error}")


if __name__ == "__main__":
    main()
