"""How Spark is set up, without starting it: Java, connectors, settings, and what its errors come
to.
"""

import hashlib

import pytest

from opsdesk import OpsdeskError, project
from opsdesk.config.spark_options import SparkOptions, read_spark_conf
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.spark import fetch_jars, jars, java, maven
from opsdesk.spark.errors import first_cause
from opsdesk.spark.session_settings import session_settings
from opsdesk.spark.setup import SparkSetup
from opsdesk.workbench import Workbench

EMULATED = GoogleConnection(
    endpoints="storage=http://127.0.0.1:1 bigquery=http://127.0.0.1:2 "
    "bigquery_storage=localhost:3 trust_store=/t.p12"
)


def given(options=None, google=ON_THIS_MACHINE, **more):
    return session_settings(
        SparkSetup(options or SparkOptions(), google),
        **{"in_cloud": False, "version": "3.5.9"} | more,
    )


def test_the_defaults_of_a_session():
    chosen = given()
    assert chosen["spark.master"] == "local[*]" and chosen["spark.driver.memory"] == "4g"
    for key in (
        "spark.sql.adaptive.enabled",
        "spark.sql.adaptive.coalescePartitions.enabled",
        "spark.sql.ansi.enabled",
    ):
        assert chosen[key] == "true"
    assert chosen["spark.ui.enabled"] == "false" and chosen["spark.sql.session.timeZone"] == "UTC"
    assert "-Duser.timezone=UTC" in chosen["spark.driver.extraJavaOptions"]
    assert "-Duser.timezone=UTC" in chosen["spark.executor.extraJavaOptions"]
    assert (
        chosen["spark.driver.bindAddress"] == "127.0.0.1"
    )  # other machines do not reach a local driver
    assert "spark.jars" not in chosen and not any("fs.gs" in key for key in chosen)


def test_on_a_cluster_the_driver_can_be_reached():
    assert "spark.driver.host" not in given(SparkOptions("spark://host:7077"))


def test_spark_conf_wins_and_adds_to_the_options_of_java():
    conf = (
        "spark.ui.enabled=true spark.executor.memory=8g "
        "spark.driver.extraJavaOptions='-Xss4m -Da=b'"
    )
    chosen = given(SparkOptions(conf=conf))
    assert chosen["spark.ui.enabled"] == "true" and chosen["spark.executor.memory"] == "8g"
    assert chosen["spark.driver.extraJavaOptions"].endswith(" -Xss4m -Da=b")
    assert "-Duser.timezone=UTC" in chosen["spark.driver.extraJavaOptions"]


def test_in_the_cloud_the_connectors_and_the_machine_s_login(fake_jars):
    chosen = given(
        google=GoogleConnection(impersonate="a@b.iam.gserviceaccount.com"), in_cloud=True
    )
    assert chosen["spark.jars"] == ",".join(map(str, fake_jars))
    assert chosen["spark.hadoop.fs.gs.auth.type"] == "APPLICATION_DEFAULT"
    assert (
        chosen["spark.hadoop.fs.gs.auth.impersonation.service.account"]
        == "a@b.iam.gserviceaccount.com"
    )
    added = given(SparkOptions(conf="spark.jars=/mine.jar"), in_cloud=True)["spark.jars"]
    assert added == ",".join([*map(str, fake_jars), "/mine.jar"])


@pytest.mark.usefixtures("fake_jars")
def test_emulators_take_no_login():
    chosen = given(google=EMULATED, in_cloud=True)
    assert chosen["spark.hadoop.fs.gs.storage.root.url"] == "http://127.0.0.1:1/"
    assert chosen["spark.hadoop.fs.gs.auth.type"] == "UNAUTHENTICATED"
    assert "-Djavax.net.ssl.trustStore=/t.p12" in chosen["spark.driver.extraJavaOptions"]
    # A password that the machine sets for its own store would not fit this one.
    assert "-Djavax.net.ssl.trustStorePassword= " in chosen["spark.driver.extraJavaOptions"]


@pytest.fixture
def fake_jars(monkeypatch, tmp_path):
    """A project whose jars are small files with the pinned sums."""
    monkeypatch.setattr(project, "ROOT", tmp_path)
    (tmp_path / "jars").mkdir()
    made = [jar._replace(sha256=hashlib.sha256(jar.file.encode()).hexdigest()) for jar in jars.JARS]
    monkeypatch.setattr(jars, "JARS", tuple(made))
    for jar in made:
        (tmp_path / "jars" / jar.file).write_bytes(jar.file.encode())
    return [tmp_path / "jars" / jar.file for jar in made]


def test_a_missing_jar_names_make_jars(fake_jars):
    fake_jars[1].unlink()
    with pytest.raises(
        OpsdeskError,
        match=r"spark-3\.5-bigquery-0\.42\.1\.jar, which is not there: run `make jars` once",
    ):
        jars.jar_paths("3.5.9")


def test_a_damaged_jar_is_refused(fake_jars):
    fake_jars[0].write_bytes(b"half")
    with pytest.raises(
        OpsdeskError, match=r"jars/gcs-connector-\S+-shaded\.jar is not the file that opsdesk pins"
    ):
        jars.jar_paths("3.5.9")


def test_the_jars_are_for_one_line_of_spark():
    with pytest.raises(OpsdeskError, match=r"pinned for Spark 3\.5 and this is Spark 4\.3\.0"):
        jars.jar_paths("4.3.0")


def test_what_arrives_and_is_not_the_pinned_file_is_not_kept(fake_jars, monkeypatch):
    fake_jars[0].unlink()

    def retrieve(wanted, work):
        (work / wanted[0].file).write_bytes(b"else")
        return ""

    monkeypatch.setattr(fetch_jars, "retrieve_by_ivy", retrieve)
    with pytest.raises(OpsdeskError, match="its sha256 differs"):
        fetch_jars.fetch_jars()
    assert not fake_jars[0].exists() and len(list((project.ROOT / "jars").iterdir())) == 1


def test_without_a_network_the_sentence_says_why(fake_jars, monkeypatch):
    fake_jars[0].unlink()
    monkeypatch.setattr(fetch_jars, "retrieve_by_ivy", lambda *_: "unknown host")
    monkeypatch.setattr(maven.shutil, "which", lambda _: None)
    with pytest.raises(
        OpsdeskError,
        match=r"could not be fetched from Maven Central: unknown host\. There is no mvn",
    ):
        fetch_jars.fetch_jars()


def test_what_is_there_is_not_fetched_again(fake_jars, monkeypatch):
    monkeypatch.setattr(fetch_jars, "retrieve_by_ivy", lambda *_: pytest.fail("asked"))
    assert fetch_jars.fetch_jars() == fake_jars


def java_of(folder, version):
    """A folder that says it is a Java of this version."""
    folder.mkdir()
    (folder / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.mark.parametrize(
    ("there", "spark", "chosen"),
    [
        pytest.param(["17.0.15"], "3.5.9", 0, id="the system's"),
        pytest.param(["1.8.0_402"], "3.5.9", "wheel", id="8 is too old for the connector"),
        pytest.param(
            ["25.0.1", "17.0.2"], "3.5.9", 1, id="JAVA_HOME does not fit, the command does"
        ),
        pytest.param(["11.0.2", "21.0.2"], "4.3.0", 1, id="Spark 4 wants 17 or 21"),
        pytest.param(["25.0.1"], "3.5.9", "wheel", id="none fits: the wheel's"),
        pytest.param([], "3.5.9", "wheel", id="none there: the wheel's"),
    ],
)
def test_the_java_that_fits(monkeypatch, tmp_path, there, spark, chosen):
    homes = [java_of(tmp_path / f"java{place}", version) for place, version in enumerate(there)]
    monkeypatch.setattr(java, "_homes", lambda: iter(homes))
    monkeypatch.setattr(java, "_wheel", lambda: tmp_path / "wheel")
    assert java.find_java(spark) == (tmp_path / "wheel" if chosen == "wheel" else homes[chosen])


@pytest.mark.parametrize(
    ("there", "spark", "says"),
    [
        pytest.param(
            [],
            "3.5.9",
            r"Spark 3\.5\.9 runs on Java 11 or 17 and no Java was found: install Java 17",
            id="none",
        ),
        pytest.param(["25.0.1"], "3.5.9", "only Java 25 was found", id="too new"),
        pytest.param(
            ["11.0.1"],
            "4.3.0",
            "runs on Java 17 or 21 and only Java 11 was found",
            id="too old for Spark 4",
        ),
    ],
)
def test_no_java_that_fits_says_what_to_install(monkeypatch, tmp_path, there, spark, says):
    homes = [java_of(tmp_path / f"java{place}", version) for place, version in enumerate(there)]
    monkeypatch.setattr(java, "_homes", lambda: iter(homes))
    monkeypatch.setattr(java, "_wheel", lambda: tmp_path if spark.startswith("4") else None)
    with pytest.raises(OpsdeskError, match=says):
        java.find_java(spark)


def test_the_real_java_of_this_machine_is_asked_where_it_keeps_no_release_file(tmp_path):
    home = tmp_path / "java"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text(
        "#!/bin/sh\necho 'openjdk version \"17.0.15\" 2025-04-15' >&2\n"
    )
    (home / "bin" / "java").chmod(0o755)
    assert java.java_version(home) == 17
    assert java.java_version(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            "An error occurred while calling o1.parquet.\n: org.apache.spark.SparkException: Job aborted.\n\tat a.b(C.scala:1)\n"
            "Caused by: java.io.IOException: No space left on device\n\tat d.e(F.java:2)\n\t... 12 more\n",
            "No space left on device.", id="the innermost cause, without its class",
        ),
        pytest.param(
            "[CAST_INVALID_INPUT] The value 'x' of the type \"STRING\" cannot be cast to \"INT\". Use `try_cast`.",
            "The value 'x' of the type \"STRING\" cannot be cast to \"INT\". Use `try_cast`.", id="Spark's own words",
        ),
        pytest.param(
            "An error occurred.\n: a.B: x\nCaused by: a.b.HeaderException: it does not fit.\n Header: a, b\n Schema: c\n\tat d.e(F.java)\n",
            "it does not fit. Header: a, b Schema: c.", id="a cause of several lines",
        ),
        pytest.param(
            "x\nCaused by: a.b.C: the bucket is closed\n\tat d\nCaused by: java.util.concurrent.ExecutionException: a.b.C: y\n\tat e\n",
            "the bucket is closed.", id="a wrapper is no cause",
        ),
        pytest.param(
            "x\nCaused by: a.b.BigQueryException: Cannot read and write in different locations: source: US, destination: EU\n\tat d\n",
            "Cannot read and write in different locations: source: US, destination: EU. Name a bucket in the place of the "
            "dataset as `spark.temp_bucket`: BigQuery loads from there what Spark has computed.", id="a bucket elsewhere",
        ),
    ],
)  # fmt: skip
def test_errors_of_java_become_a_sentence(text, says):
    assert first_cause(Exception(text)) == says


def test_an_engine_is_one_of_two():
    with pytest.raises(OpsdeskError, match="'sparc' is neither"):
        Workbench("2026-11-24T00:00:00Z").transform("duckdb:w.duckdb", "latest", "UTC", "sparc")


def test_settings_with_blanks_are_quoted():
    assert read_spark_conf("") == {}
    assert read_spark_conf("spark.a=1 spark.b='x y' spark.c=k=v") == {
        "spark.a": "1",
        "spark.b": "x y",
        "spark.c": "k=v",
    }
