"""Google's connectors for Spark: two pinned jars, fetched once by `make jars`, checked by their sha256, offline afterwards.

`python -m opsdesk.spark.jars` fetches them with the Ivy that comes with PySpark, which knows where Maven Central is.
"""

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.spark.java import find_java


class Jar(NamedTuple):
    """A jar with everything it needs inside, by its Maven coordinates."""

    group: str
    name: str
    version: str
    classifier: str
    sha256: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return "-".join(filter(None, (self.name, self.version, self.classifier))) + ".jar"


JARS = (
    Jar(
        "com.google.cloud.bigdataoss", "gcs-connector", "hadoop3-2.2.26", "shaded",
        "cbaa2773283c2237f933f48deb77a6f912619e367b26efe186aee74f4b35d89c",
    ),
    Jar(
        "com.google.cloud.spark", "spark-3.5-bigquery", "0.42.1", "",
        "7b2ebefdf3f4db3874419b2f1d80d28774bc46f26387362f02c9990b002e759a",
    ),
)  # fmt: skip
SPARK_LINE = "3.5"  # what the jars are made for
IVY = """<ivy-module version="2.0" xmlns:m="http://ant.apache.org/ivy/maven">
  <info organisation="opsdesk" module="jars"/>
  <configurations><conf name="default"/></configurations>
  <dependencies>{dependencies}</dependencies>
</ivy-module>"""
DEPENDENCY = """<dependency org="{0.group}" name="{0.name}" rev="{0.version}" transitive="false" conf="default->*">
  <artifact name="{0.name}" type="jar" ext="jar"{classifier}/></dependency>"""


def jar_paths(spark: str) -> list[Path]:
    """The jars on this machine, for a session of this version of Spark.

    Raises:
        OpsdeskError: one is missing or damaged, or they are made for another line of Spark.
    """
    if not spark.startswith(SPARK_LINE):
        raise OpsdeskError(
            f"Google's connectors are pinned for Spark {SPARK_LINE} and this is Spark {spark}: for gs:// and bigquery: "
            f"use the Spark that opsdesk pins, or a cluster that brings its own connectors."
        )
    paths = [folder() / jar.file for jar in JARS]
    for jar, path in zip(JARS, paths, strict=True):
        if not path.exists():
            raise OpsdeskError(
                f"Spark reaches gs:// and bigquery: through {jar.file}, which is not there: run `make jars` once."
            )
        if not _is_whole(path, jar):
            raise OpsdeskError(
                f"{project.shown(path)} is not the file that opsdesk pins: delete it and run `make jars`."
            )
    return paths


def fetch() -> list[Path]:
    """Fetches the jars that are not there yet; returns the paths of all.

    Raises:
        OpsdeskError: no network, or a file that is not the pinned one.
    """
    missing = [jar for jar in JARS if not _is_whole(folder() / jar.file, jar)]
    if missing:
        folder().mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder()) as work:
            said = _ask_ivy(missing, Path(work))
            if said:
                said = f"{said.rstrip('.')}. {_ask_maven(missing, Path(work))}"
            for jar in missing:
                found = Path(work) / jar.file
                if not found.exists():
                    raise OpsdeskError(
                        f"{jar.file} could not be fetched from Maven Central: {said.strip()}"
                    )
                if not _is_whole(found, jar):
                    raise OpsdeskError(
                        f"What came as {jar.file} is not the pinned file (its sha256 differs): nothing was kept."
                    )
                found.replace(folder() / jar.file)
    return [folder() / jar.file for jar in JARS]


def folder() -> Path:
    """Where the jars lie."""
    return project.ROOT / "jars"


def _is_whole(path: Path, jar: Jar) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256


def _ask_ivy(jars: list[Jar], work: Path) -> str:
    """Fetches with Ivy; returns what went wrong, or nothing."""
    import pyspark

    home = find_java(pyspark.__version__)
    ivy = next((Path(pyspark.__file__).parent / "jars").glob("ivy-*.jar"))
    (work / "ivy.xml").write_text(_ivy_file(jars))
    done = subprocess.run(
        [home / "bin" / "java", *_trusted(work), "-jar", ivy, "-ivy", work / "ivy.xml", "-cache", work / "cache",
         "-retrieve", f"{work}/[artifact]-[revision](-[classifier]).[ext]"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    problem = next(
        (line for line in lines if "error" in line.lower() and ": " in line), "is there a network?"
    )
    return problem.rpartition(": ")[2] if done.returncode else ""


def _ask_maven(jars: list[Jar], work: Path) -> str:
    """Fetches with Maven where it is there; returns what went wrong, or nothing."""
    maven = shutil.which("mvn")
    if not maven:
        return "There is no mvn to try instead."
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
    for jar in jars:
        artifact = ":".join(filter(None, (jar.group, jar.name, jar.version, "jar", jar.classifier)))
        command = [
            maven,
            "-q",
            "-B",
            "-ntp",
            plugin,
            f"-Dartifact={artifact}",
            f"-DoutputDirectory={work}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stdout + done.stderr).strip().splitlines()[0]
    return ""


def _ivy_file(jars: list[Jar]) -> str:
    dependencies = (
        DEPENDENCY.format(
            jar, classifier=f' m:classifier="{jar.classifier}"' if jar.classifier else ""
        )
        for jar in jars
    )
    return IVY.format(dependencies="\n".join(dependencies))


def _trusted(work: Path) -> list[str]:
    """Lets Java trust the certificates that this machine's other programs trust (a company's own, say)."""
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if not bundle or not Path(bundle).exists():
        return []
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    with warnings.catch_warnings(action="ignore"):  # old roots have odd serial numbers
        certificates = x509.load_pem_x509_certificates(Path(bundle).read_bytes())
    entries = [
        pkcs12.PKCS12Certificate(one, str(number).encode())
        for number, one in enumerate(certificates)
    ]
    store = work / "trust.p12"
    store.write_bytes(
        pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(b"changeit"))
    )
    return [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]


def main() -> None:
    """`make jars`."""
    try:
        for path in fetch():
            print(project.shown(path))
    except OpsdeskError as error:
        sys.exit(f"opsdesk: {error}")


if __name__ == "__main__":
    main()
