"""The result tables computed by Spark from the same SQL files: the fact once, everything else from it, side by side."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from opsdesk.dialect import typed_select
from opsdesk.tables import read_sql, results

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

    Tables that others are computed from are kept in memory (on disk where it is full) until all are written. The fact
    comes first, then `writers` tables at a time.
    """
    for name, rows in raw.items():
        rows.createOrReplaceTempView(name)
    rows_of = {table.name: _register(spark, table.name, parameters) for table in results()}
    try:
        staged = {"fact_tickets": write("fact_tickets", rows_of["fact_tickets"])}
        others = [name for name in rows_of if name not in staged]
        with ThreadPoolExecutor(writers) as pool:
            staged |= zip(others, pool.map(lambda name: write(name, rows_of[name]), others), strict=True)
        return staged
    finally:
        for rows in rows_of.values():
            rows.unpersist()


def _register(spark: "SparkSession", name: str, parameters: Mapping[str, object]) -> "DataFrame":
    """The rows of a table, to be computed when they are used, under its name for the SQL of the next ones."""
    tables = {table.name: table for table in results()}
    rows = spark.sql(typed_select(tables[name], "spark", parameters))
    if any(name in _names(read_sql(other)) for other in tables.values() if other.name != name):
        rows = rows.persist()
    rows.createOrReplaceTempView(name)
    return rows


def _names(sql: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"--.*", "", sql)))
