"""The Spark session: the only place that says how Spark is set up."""

import math
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import resources
from typing import TYPE_CHECKING

from opsdesk.errors import OpsdeskError
from opsdesk.spark.google_settings import hadoop_settings, java_options
from opsdesk.spark.jars import jar_paths
from opsdesk.spark.java import find_java
from opsdesk.spark.setup import SparkSetup

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BYTES_A_PARTITION = 32 << 20
MOST_PARTITIONS = 2000

# What the rows depend on, and how they are computed; of a session that is there already these are set too.
SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow or a bad cast is an error, not a NULL
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # instants, as DuckDB and BigQuery have them
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # every cell is held against the schema
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.enabled": "true",
}


@contextmanager
def spark_session(setup: SparkSetup, *, in_cloud: bool) -> Iterator["SparkSession"]:
    """A session for one step, stopped at its end together with its Java process.

    `in_cloud` tells whether gs:// or BigQuery is used. In a process that has a session already (Dataproc's, a
    notebook's), a session of its own on the same Spark is used and everything is left running.

    Raises:
        OpsdeskError: no Java that fits, no connectors, a master that does not answer, a setting that Spark refuses.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context:
        spark = SparkSession.builder.getOrCreate().newSession()
        for key, value in {**SQL_SETTINGS, **_sql_only(setup.options.settings)}.items():
            spark.conf.set(key, value)
        yield spark
        return
    _stop(None)  # a Java process that a stopped session has left has other settings
    with _interrupts_kept():
        spark = _start(setup, in_cloud)
        try:
            yield spark
        finally:
            _stop(spark)


def fit_partitions(spark: "SparkSession", setup: SparkSetup, size: int) -> None:
    """As many shuffle partitions as `size` bytes and the cores ask for, unless `spark.conf` says how many."""
    if "spark.sql.shuffle.partitions" not in setup.options.settings:
        wanted = max(spark.sparkContext.defaultParallelism, math.ceil(size / BYTES_A_PARTITION))
        spark.conf.set("spark.sql.shuffle.partitions", min(wanted, MOST_PARTITIONS))


def words_of(spark: "SparkSession") -> str:
    """Which Spark this is, and where it runs."""
    return f"Spark {spark.version} on {spark.sparkContext.master}"


def settings(setup: SparkSetup, *, in_cloud: bool, version: str) -> dict[str, str]:
    """Everything a new session is started with; `spark.conf` wins, and adds to the options of Java."""
    chosen = {
        "spark.app.name": "opsdesk",
        "spark.master": setup.options.master,
        "spark.driver.memory": setup.options.driver_memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.executorEnv.TZ": "UTC",
        **SQL_SETTINGS,
    }
    if setup.options.is_local:  # nobody else on the network can reach it
        chosen |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if in_cloud:
        chosen |= hadoop_settings(setup.google) | {
            "spark.jars": ",".join(str(path) for path in jar_paths(version))
        }
    options = ["-Duser.timezone=UTC", *(java_options(setup.google) if in_cloud else [])]
    chosen["spark.executor.extraJavaOptions"] = " ".join(options)
    chosen["spark.driver.extraJavaOptions"] = " ".join(
        [*options, f"'-Dlog4j2.configurationFile={_log_settings()}'"]
    )
    return chosen | _added_to(chosen, setup.options.settings)


def _added_to(chosen: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """`given`, where options of Java are added to those chosen, and jars to those needed."""
    joined = {
        key: sign
        for key in given
        for end, sign in ((".extraJavaOptions", " "), ("spark.jars", ","))
        if key.endswith(end)
    }
    return {
        key: chosen[key] + joined[key] + value if key in joined and key in chosen else value
        for key, value in given.items()
    }


def _start(setup: SparkSetup, in_cloud: bool) -> "SparkSession":
    import pyspark
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in settings(setup, in_cloud=in_cloud, version=pyspark.__version__).items():
        builder = builder.config(key, value)
    with _environment(JAVA_HOME=str(find_java(pyspark.__version__)), TZ="UTC"):
        try:
            return builder.getOrCreate()
        except Exception as error:  # py4j and pyspark have no common root
            from opsdesk.spark.errors import first_cause

            cause = first_cause(error)  # it is asked of Java, so before Java ends
            _stop(None)
            raise OpsdeskError(
                f"Spark did not start on {setup.options.master}: {cause} Look at master, driver_memory and conf of the block `spark:`."
            ) from None


def _stop(spark: "SparkSession | None") -> None:
    """Stops the session, and the Java process that would else live as long as this one."""
    from pyspark import SparkContext

    if spark:
        with suppress(Exception):  # a session that broke cannot be stopped in an orderly way
            spark.stop()
    gateway = SparkContext._gateway
    SparkContext._gateway = SparkContext._jvm = None
    if gateway and getattr(gateway, "proc", None):
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Puts back what Ctrl-C does: Spark replaces it, and the notebook goes on after Spark has ended."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        with suppress(ValueError):  # not in the main thread, where Spark changed nothing
            signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """The Java process is started with these in its environment; afterwards it is as it was."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _sql_only(given: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in given.items() if key.startswith("spark.sql.")}


def _log_settings() -> str:
    return str(resources.files("opsdesk.spark").joinpath("log4j2.properties"))
