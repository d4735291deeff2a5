"""The result tables computed by Spark from the same SQL files: the fact once, the rest from it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from opsdesk.catalogue.tables import Table, results
from opsdesk.googlesql.references import is_read, sources
from opsdesk.googlesql.translate import typed_select
from opsdesk.spark.checkpoints import CutOff, in_memory

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Staged = TypeVar("Staged")


def compute_tables(
    spark: "SparkSession",
    raw: Mapping[str, "DataFrame"],
    parameters: Mapping[str, object],
    write: Callable[[str, "DataFrame"], Staged],
    writers: int,
    cut_off: CutOff = in_memory,
) -> dict[str, Staged]:
    """Compute every result table and pass it to `write`; return what `write` returned, by table.

    `writers` tables are computed and written at a time, each as soon as those it reads are there.
    A table that others read is cut off from its origin by `cut_off`: Spark would otherwise plan the
    way to the fact again for each table. At 300,000 tickets that costs more than computing them.

    Raises:
        what Spark and `write` raise.
    """
    for name, rows in raw.items():
        rows.createOrReplaceTempView(name)
    with ThreadPoolExecutor(writers) as pool:
        made: dict[str, Future[DataFrame]] = {}
        written: dict[str, Future[Staged]] = {}
        for table in results():
            # What one waits for was submitted before it, so few threads are enough.
            needed = [made[name] for name in sources(table).keys() & made.keys()]
            make = partial(_register, spark, table, parameters, cut_off)
            made[table.name] = pool.submit(_make, make, needed)
            written[table.name] = pool.submit(_write, table.name, made[table.name], write)
        return {name: future.result() for name, future in written.items()}


def _make(make: Callable[[], "DataFrame"], needed: list["Future[DataFrame]"]) -> "DataFrame":
    for other in needed:
        other.result()
    return make()


def _write(
    name: str, made: "Future[DataFrame]", write: Callable[[str, "DataFrame"], Staged]
) -> Staged:
    return write(name, made.result())


def _register(
    spark: "SparkSession", table: Table, parameters: Mapping[str, object], cut_off: CutOff
) -> "DataFrame":
    """Return the rows of a table, registered under its name for the SQL of the next ones."""
    rows = spark.sql(typed_select(table, "spark", parameters))
    if is_read(table):
        rows = cut_off(rows)
    rows.createOrReplaceTempView(table.name)
    return rows
