"""Spark's connectors and Google's logins: each setting is one that the pinned jars know, and a
login of gcloud reaches the bucket. Nothing here starts Spark: Hadoop's own shell reads the bucket.
"""

import json
import os
import subprocess
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import pyspark
import pytest

from google_answers import google_answers
from opsdesk.google.connection import GoogleConnection
from opsdesk.spark.google_settings import connector_options, hadoop_settings
from opsdesk.spark.jars import JARS
from opsdesk.spark.java import find_java

GCS_JAR, BIGQUERY_JAR = (jar.path for jar in JARS)
IMPERSONATING = GoogleConnection(impersonate="opsdesk@p.iam.gserviceaccount.com")
EMULATED = GoogleConnection(
    endpoints="storage=http://127.0.0.1:1 bigquery=http://127.0.0.1:2 bigquery_storage=localhost:3"
)
HADOOP = "spark.hadoop."


def strings_of(jar: Path, wanted: set[str]) -> set[str]:
    """Those of `wanted` that are a string of their own in a class of the jar."""
    forms = {text: b"\x01" + len(text).to_bytes(2, "big") + text.encode() for text in wanted}
    found: set[str] = set()
    with zipfile.ZipFile(jar) as classes:
        for name in classes.namelist():
            if name.endswith(".class"):
                content = classes.read(name)
                found |= {text for text, form in forms.items() if form in content}
    return found


def names_of(key: str) -> set[str]:
    """The whole key, and its end: the connector puts "fs.gs" before the settings of logins."""
    return {key, key.removeprefix("fs.gs")}


@pytest.mark.parametrize(
    "google",
    [
        pytest.param(GoogleConnection(), id="the machine's login"),
        pytest.param(IMPERSONATING, id="impersonating"),
        pytest.param(EMULATED, id="emulators"),
    ],
)
def test_every_setting_is_one_that_the_bucket_s_connector_knows(google):
    chosen = {key.removeprefix(HADOOP): value for key, value in hadoop_settings(google).items()}
    keys = {key for key in chosen if key.startswith("fs.gs.") and key != "fs.gs.impl"}
    values = {value for key, value in chosen.items() if key == "fs.gs.auth.type"}
    known = strings_of(GCS_JAR, {name for key in keys for name in names_of(key)} | values)
    assert {key for key in keys if not names_of(key) & known} == set()
    assert values and values <= known
    classes = {value for key, value in chosen.items() if key.endswith(".impl")}
    with zipfile.ZipFile(GCS_JAR) as jar:
        files = jar.namelist()
    assert all(f"{name.replace('.', '/')}.class" in files for name in classes)


@pytest.mark.parametrize("google", [IMPERSONATING, EMULATED], ids=["impersonating", "emulators"])
def test_every_option_is_one_that_bigquery_s_connector_knows(google):
    options = set(connector_options(google, "p")) | {"writeMethod", "temporaryGcsBucket"}
    assert options - strings_of(BIGQUERY_JAR, options) == set()


@pytest.fixture
def login(tmp_path, monkeypatch):
    """A function that puts what gcloud leaves after a login where it leaves it."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))

    def write(token_uri: str) -> None:
        known = {"type": "authorized_user", "client_id": "c", "client_secret": "s"}
        known |= {"refresh_token": "r", "token_uri": token_uri}
        (tmp_path / "application_default_credentials.json").write_text(json.dumps(known))

    return write


def test_a_login_of_gcloud_reaches_the_bucket(login, tmp_path):
    """It was asked for at the metadata server of Google's machines, which no laptop has."""
    token = {"access_token": "of-the-login", "expires_in": 3600, "token_type": "Bearer"}
    with google_answers({"POST /token": [(200, token)]}) as google:
        login(f"{google.url}/token")
        settings = hadoop_settings(GoogleConnection()) | {
            f"{HADOOP}fs.gs.storage.root.url": f"{google.url}/"
        }
        said = list_bucket(settings, tmp_path)
        asked = google.requests("GET /storage/.*")
    assert asked, said
    assert {one.headers["Authorization"] for one in asked} == {"Bearer of-the-login"}


def list_bucket(settings: dict[str, str], folder: Path) -> str:
    """Let Hadoop's shell list a bucket with the settings of a session of Spark; what it said."""
    site = Element("configuration")
    for key, value in settings.items():
        one = SubElement(site, "property")
        SubElement(one, "name").text = key.removeprefix(HADOOP)
        SubElement(one, "value").text = value
    (folder / "core-site.xml").write_bytes(tostring(site))
    jars = [str(folder), f"{Path(pyspark.__file__).parent / 'jars'}/*", str(GCS_JAR)]
    java = find_java(pyspark.__version__) / "bin" / "java"
    command = [java, "-XX:TieredStopAtLevel=1", "-cp", os.pathsep.join(jars)]
    command += ["org.apache.hadoop.fs.FsShell", "-ls", "gs://ops-tickets/"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr
