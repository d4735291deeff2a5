"""The Spark session of a step: started, used and stopped together with its Java process."""

import math
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from opsdesk.errors import OpsdeskError
from opsdesk.spark.errors import first_cause
from opsdesk.spark.java import find_java
from opsdesk.spark.session_settings import existing_session_settings, session_settings
from opsdesk.spark.setup import SparkSetup

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BYTES_PER_PARTITION = 32 << 20
MOST_PARTITIONS = 2000
PARTITIONS = "spark.sql.shuffle.partitions"


@contextmanager
def spark_session(setup: SparkSetup, *, in_cloud: bool) -> Iterator["SparkSession"]:
    """Start a session for one step and stop it at the end of the block.

    `in_cloud` tells whether gs:// or BigQuery is used. In a process with a session already
    (Dataproc's, a notebook's), a session of its own on the same Spark is used, and everything is
    left running.

    Raises:
        OpsdeskError: no Java that fits, no connectors, a master that does not answer, an invalid
            setting.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context:
        spark = SparkSession.builder.getOrCreate().newSession()
        for key, value in existing_session_settings(setup).items():
            spark.conf.set(key, value)
        yield spark
        return
    _stop(None)  # a Java process that a stopped session has left has other settings
    with _interrupts_restored():
        spark = _start(setup, in_cloud)
        try:
            yield spark
        finally:
            _stop(spark)


def fit_partitions(spark: "SparkSession", setup: SparkSetup, size: int) -> None:
    """Set the shuffle partitions that `size` bytes and the cores need, unless `spark.conf` does."""
    if PARTITIONS not in setup.options.settings:
        needed = max(spark.sparkContext.defaultParallelism, math.ceil(size / BYTES_PER_PARTITION))
        spark.conf.set(PARTITIONS, min(needed, MOST_PARTITIONS))


def describe(spark: "SparkSession") -> str:
    """Return which Spark this is and where it runs, such as "Spark 3.5.9 on local[*]"."""
    return f"Spark {spark.version} on {spark.sparkContext.master}"


def _start(setup: SparkSetup, in_cloud: bool) -> "SparkSession":
    import pyspark
    from pyspark.sql import SparkSession

    version = pyspark.__version__
    builder = SparkSession.builder
    for key, value in session_settings(setup, in_cloud=in_cloud, version=version).items():
        builder = builder.config(key, value)
    with _environment(JAVA_HOME=str(find_java(version)), TZ="UTC"):
        try:
            return builder.getOrCreate()
        except Exception as error:  # py4j and pyspark have no common root
            cause = first_cause(error)  # it is asked of Java, so before Java ends
            _stop(None)
            raise OpsdeskError(
                f"Spark did not start on {setup.options.master}: {cause} "
                "Look at master, driver_memory and conf of the block `spark:`."
            ) from None


def _stop(spark: "SparkSession | None") -> None:
    """Stop the session, and the Java process, which would otherwise live as long as this one."""
    from pyspark import SparkContext

    if spark:
        with suppress(Exception):  # a session that broke cannot be stopped in an orderly way
            spark.stop()
    gateway = SparkContext._gateway
    SparkContext._gateway = None
    SparkContext._jvm = None
    if gateway and getattr(gateway, "proc", None):
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)


@contextmanager
def _interrupts_restored() -> Iterator[None]:
    """Put back the handler of Ctrl-C: Spark replaces it, and the notebook goes on after Spark."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        with suppress(ValueError):  # not in the main thread, where Spark changed nothing
            signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables for the Java process that starts in the block, and only there."""
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
