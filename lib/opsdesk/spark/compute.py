"""The result tables computed by Spark from the same SQL files: the fact once, everything else from it, side by side."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from opsdesk.dialect import typed_select
from opsdesk.tables import Table, read_sql, results

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Staged = TypeVar("Staged")


def compute_tables(
    spark: "SparkSession",
    raw: Mapping[str, "DataFrame"],
    parameters: Mapping[str, object],
    write: Callable[[str, "DataFrame"], Staged],
    writers: int,
) -> dict[str, Staged]:
    """Computes every result table from the raw ones and hands each to `write`; returns what `write` made of it, by table.

    `writers` tables are computed and written at a time.
    """
    for name, rows in raw.items():
        rows.createOrReplaceTempView(name)
    rows_of = {table.name: _register(spark, table, parameters) for table in results()}
    with ThreadPoolExecutor(writers) as pool:
        written = pool.map(lambda name: write(name, rows_of[name]), rows_of)
        return dict(zip(rows_of, written, strict=True))


def _register(spark: "SparkSession", table: Table, parameters: Mapping[str, object]) -> "DataFrame":
    """The rows of a table, under its name for the SQL of the next ones.

    A table that others are computed from is computed here and now and kept in memory, on disk where that is full. It is
    cut off from where it came from: else Spark would plan the way to the fact anew for each table, which at 300,000
    tickets costs more than computing them.
    """
    rows = spark.sql(typed_select(table, "spark", parameters))
    if any(table.name in _names(read_sql(other)) for other in results() if other != table):
        rows = rows.localCheckpoint()
    rows.createOrReplaceTempView(table.name)
    return rows


def _names(sql: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"--.*", "", sql)))
