"""The settings of a Spark session: ours, then those of `spark.conf`, which win."""

from collections.abc import Mapping
from importlib import resources

from opsdesk.spark.google_settings import hadoop_settings, java_options
from opsdesk.spark.jars import jar_paths
from opsdesk.spark.setup import SparkSetup

# What the rows depend on, and how they are computed. An existing session gets these, too.
SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow or a bad cast is an error, not a NULL
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # Instants as DuckDB and BigQuery have them.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Every cell is checked against the schema, also of columns that are not used.
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    # Of 100 rounds, which is Spark's default, a query of many steps may need more to be understood.
    "spark.sql.analyzer.maxIterations": "1000",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.enabled": "true",
}
# Given settings are added to ours, in place of replacing them: end of the key, separator.
JOINED = ((".extraJavaOptions", " "), ("spark.jars", ","))


def session_settings(setup: SparkSetup, *, in_cloud: bool, version: str) -> dict[str, str]:
    """Return everything that a new session of this version of Spark is started with.

    Raises:
        OpsdeskError: the connectors are missing, damaged, or made for another line of Spark.
    """
    chosen = {
        "spark.app.name": "opsdesk",
        "spark.master": setup.options.master,
        "spark.driver.memory": setup.options.driver_memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.executorEnv.TZ": "UTC",
        **SQL_SETTINGS,
    }
    if setup.options.is_local:  # other machines of the network cannot reach it
        chosen |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if in_cloud:
        chosen |= hadoop_settings(setup.google)
        chosen["spark.jars"] = ",".join(str(path) for path in jar_paths(version))
    chosen |= _java_settings(setup, in_cloud)
    return chosen | _joined(chosen, setup.options.settings)


def existing_session_settings(setup: SparkSetup) -> dict[str, str]:
    """Return what a session that exists already is set to: only SQL settings can change."""
    given = setup.options.settings
    return SQL_SETTINGS | {
        key: value for key, value in given.items() if key.startswith("spark.sql.")
    }


def _java_settings(setup: SparkSetup, in_cloud: bool) -> dict[str, str]:
    options = ["-Duser.timezone=UTC"]
    if in_cloud:
        options += java_options(setup.google)
    log_file = resources.files("opsdesk.spark").joinpath("log4j2.properties")
    log_option = f"'-Dlog4j2.configurationFile={log_file}'"
    return {
        "spark.executor.extraJavaOptions": " ".join(options),
        "spark.driver.extraJavaOptions": " ".join([*options, log_option]),
    }


def _joined(chosen: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return `given`, with options of Java and jars added to those chosen."""
    return {key: _join(key, chosen.get(key), value) for key, value in given.items()}


def _join(key: str, chosen: str | None, value: str) -> str:
    for end, separator in JOINED:
        if key.endswith(end) and chosen is not None:
            return chosen + separator + value
    return value
