"""Jars from Maven Central: by the Ivy that comes with PySpark, or by an installed Maven."""

import os
import shutil
import ssl
import subprocess
import warnings
from pathlib import Path

from opsdesk.spark.jars import Jar
from opsdesk.spark.java import find_java

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
IVY = """<ivy-module version="2.0" xmlns:m="http://ant.apache.org/ivy/maven">
  <info organisation="opsdesk" module="jars"/>
  <configurations><conf name="default"/></configurations>
  <dependencies>{dependencies}</dependencies>
</ivy-module>"""
DEPENDENCY = """
    <dependency org="{0.group}" name="{0.name}" rev="{0.version}"
                transitive="false" conf="default->*">
      <artifact name="{0.name}" type="jar" ext="jar"{1}/>
    </dependency>"""
FILE_NAMES = "[artifact]-[revision](-[classifier]).[ext]"  # Jar.file in Ivy's words


def retrieve_by_ivy(jars: list[Jar], work: Path) -> str:
    """Retrieve jars into `work` with Ivy; return what went wrong, "" where nothing did.

    Raises:
        OpsdeskError: there is no Java.
    """
    import pyspark

    java = find_java(pyspark.__version__) / "bin" / "java"
    ivy = next((Path(pyspark.__file__).parent / "jars").glob("ivy-*.jar"))
    wanted = work / "ivy.xml"
    wanted.write_text(IVY.format(dependencies="".join(map(_dependency, jars))))
    command = [java, *_trusted(work), "-jar", ivy, "-ivy", wanted]
    command += ["-cache", work / "cache", "-retrieve", f"{work}/{FILE_NAMES}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return _problem(done.stdout + done.stderr) if done.returncode else ""


def retrieve_by_maven(jars: list[Jar], work: Path) -> str:
    """Retrieve jars into `work` with Maven; return what went wrong, "" where nothing did."""
    maven = shutil.which("mvn")
    if not maven:
        return "There is no mvn to try instead."
    for jar in jars:
        parts = (jar.group, jar.name, jar.version, "jar", jar.classifier)
        artifact = ":".join(part for part in parts if part)
        command = [maven, "-q", "-B", "-ntp", PLUGIN, f"-Dartifact={artifact}"]
        command.append(f"-DoutputDirectory={work}")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stdout + done.stderr).strip().splitlines()[0]
    return ""


def _dependency(jar: Jar) -> str:
    classifier = f' m:classifier="{jar.classifier}"' if jar.classifier else ""
    return DEPENDENCY.format(jar, classifier)


def _problem(output: str) -> str:
    """Return the first error that Ivy prints."""
    for line in output.splitlines():
        if "error" in line.lower() and ": " in line:
            return line.strip().rpartition(": ")[2]
    return "is there a network?"


def _trusted(work: Path) -> list[str | Path]:
    """Let Java trust the certificates that this machine's other programs trust, a company's too."""
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if not bundle or not Path(bundle).exists():
        return []
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    with warnings.catch_warnings(action="ignore"):  # old roots have odd serial numbers
        certificates = x509.load_pem_x509_certificates(Path(bundle).read_bytes())
    entries = [
        pkcs12.PKCS12Certificate(certificate, str(number).encode())
        for number, certificate in enumerate(certificates)
    ]
    store = work / "trust.p12"
    store.write_bytes(pkcs12.serialize_java_truststore(entries, NoEncryption()))
    # Certificates are public: the store has no password, and another store's must not be used.
    return [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword="]
