"""Google's connectors for Spark: two pinned jars in the folder `jars`, checked by their sha256.

`make jars` fetches them once; afterwards no network is needed.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

from opsdesk import project
from opsdesk.errors import OpsdeskError


class Jar(NamedTuple):
    """A jar with everything it needs inside, by its Maven coordinates."""

    group: str
    name: str
    version: str
    classifier: str
    sha256: str

    @property
    def file(self) -> str:
        """Return the name of its file."""
        parts = (self.name, self.version, self.classifier)
        return "-".join(part for part in parts if part) + ".jar"

    @property
    def path(self) -> Path:
        """Return where it is on this machine once it was fetched."""
        return project.ROOT / "jars" / self.file


BUCKET_CONNECTOR = Jar(
    "com.google.cloud.bigdataoss",
    "gcs-connector",
    "3.1.18",
    "shaded",
    "9eaeb8452af54c2a0feaa60bd570eb36b695d8666736979fec0f8d60e578e9c0",
)
BIGQUERY_CONNECTOR = Jar(
    "com.google.cloud.spark",
    "spark-3.5-bigquery",
    "0.42.1",
    "",
    "7b2ebefdf3f4db3874419b2f1d80d28774bc46f26387362f02c9990b002e759a",
)
JARS = (BUCKET_CONNECTOR, BIGQUERY_CONNECTOR)
SPARK_LINE = "3.5"  # what the jars are made for


def jar_paths(spark: str) -> list[Path]:
    """Return the jars on this machine, for a session of this version of Spark.

    Raises:
        OpsdeskError: one is missing or damaged, or they are made for another line of Spark.
    """
    if not spark.startswith(SPARK_LINE):
        raise OpsdeskError(
            f"Google's connectors are pinned for Spark {SPARK_LINE} and this is Spark {spark}: "
            "for gs:// and bigquery: use the Spark that opsdesk pins, "
            "or a cluster that brings its own connectors."
        )
    for jar in JARS:
        _refuse_unusable(jar)
    return [jar.path for jar in JARS]


def is_pinned(path: Path, jar: Jar) -> bool:
    """Tell whether a file is the one that is pinned."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256


def _refuse_unusable(jar: Jar) -> None:
    if not jar.path.exists():
        raise OpsdeskError(
            f"Spark reaches gs:// and bigquery: through {jar.file}, which is not there: "
            "run `make jars` once."
        )
    if not is_pinned(jar.path, jar):
        raise OpsdeskError(
            f"{project.shown(jar.path)} is not the file that opsdesk pins: "
            "delete it and run `make jars`."
        )
