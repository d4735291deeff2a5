"""Real Spark in tests: one small session for a module of tests, wired to running emulators, which
the library finds and uses.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from emulated import cloud, emulators  # noqa: F401 fixtures that come along
from opsdesk.catalogue.tables import catalogue
from opsdesk.config.spark_options import SparkOptions
from opsdesk.emulators.emulators import Emulators
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.spark.connector_handover import ConnectorHandover
from opsdesk.spark.parquet_handover import ParquetHandover
from opsdesk.spark.session import spark_session
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse
from steps import open_warehouse
from ticket_rows import differences
from tickets import Row

# Tiny data: Java's quick compiler and its simplest collector take a third of the time.
QUICK = (
    "spark.driver.extraJavaOptions='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' "
    "spark.sql.shuffle.partitions=2"
)
SPARK = SparkOptions("local[2]", "900m", QUICK)
NAMES = [name for name, table in catalogue().items() if table.kind in ("raw", "result")]


@pytest.fixture(scope="module")
def spark(emulators: Emulators) -> Iterator[SparkSession]:  # noqa: F811
    """The session. Steps run in this process compute on it: to them it is the cluster's own."""
    with spark_session(
        SparkSetup(SPARK, GoogleConnection(endpoints=emulators.endpoints)), in_cloud=True
    ) as session:
        yield session


def unequal(
    left: str, right: str, google: GoogleConnection = ON_THIS_MACHINE
) -> dict[str, list[str]]:
    """Where two warehouses differ, by table; types of columns too. Nothing where they are equal."""
    found = {
        name: _unequal(name, *(open_warehouse(url, google).table(name) for url in (left, right)))
        for name in NAMES
    }
    return {name: rows for name, rows in found.items() if rows}


def _unequal(name: str, one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Fast where frames are equal to the last bit, row by row in words where they are not."""
    key = list(catalogue()[name].key)
    one, other = (frame.sort_values(key, ignore_index=True) for frame in (one, other))
    if one.equals(other):
        return (
            []
            if list(one.dtypes) == list(other.dtypes)
            else [f"types: {list(one.dtypes)} {list(other.dtypes)}"]
        )
    return differences(
        name,
        *(
            frame.astype(object).where(frame.notna(), None).to_dict("records")
            for frame in (one, other)
        ),
    )


def unequal_as_spark_reads(
    spark: SparkSession, bigquery: BigQueryWarehouse, url: str, work: Path
) -> dict[str, list[str]]:
    """The same, with the tables of BigQuery read by the connector: the emulator's way for Python
    takes ten times as long.
    """
    place = ConnectorHandover(bigquery, bigquery.jobs.google, "unused")
    other = open_warehouse(url)
    found = {}
    for name in NAMES:
        place.read(spark, name).write.parquet(str(work / name))
        with duckdb.connect() as con:
            con.execute("SET TimeZone='UTC'")
            found[name] = _unequal(
                name, con.read_parquet(str(work / name / "*.parquet")).df(), other.table(name)
            )
    return {name: rows for name, rows in found.items() if rows}


def staged_rows(folder: Path) -> list[Row]:
    """What Spark has staged for a table of DuckDB."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone='UTC'")
        return con.read_parquet(str(folder / "*.parquet")).to_arrow_table().to_pylist()


def handover(folder: Path, tables: dict[str, list[Row]]) -> ParquetHandover:
    """A DuckDB file with these raw tables, and what hands them to Spark."""
    warehouse = open_warehouse(f"duckdb:{folder / 'raw.duckdb'}")
    with duckdb.connect(warehouse.path) as con:
        con.execute("SET TimeZone='UTC'")
        for name, rows in tables.items():
            columns = catalogue()[name].columns
            typed = ", ".join(f'"{one.name}" {one.duckdb_type}' for one in columns)
            con.execute(f"CREATE TABLE {name} ({typed})")
            if rows:
                con.executemany(
                    f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})",
                    [[row[one.name] for one in columns] for row in rows],
                )
    return ParquetHandover(warehouse, folder)
