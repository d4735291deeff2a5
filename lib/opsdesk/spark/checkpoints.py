"""Cutting a table off from its plan: in memory, or in files that outlive a machine."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from opsdesk.config.spark_options import is_local_master

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CutOff = Callable[["DataFrame"], "DataFrame"]


def choose_cut_off(spark: "SparkSession", folder: str) -> CutOff:
    """Return how tables of this session are cut off; `folder` is a URL that all machines see.

    On one machine they stay in its memory. On others an executor may be lost, and with it what it
    alone has: there they are written into `folder`.
    """
    if is_local_master(str(spark.sparkContext.master)):
        return in_memory
    return in_files(spark, folder)


def in_memory(rows: "DataFrame") -> "DataFrame":
    """Compute rows at once; keep them in the executors, on their disks where memory is full."""
    return rows.localCheckpoint()


def in_files(spark: "SparkSession", folder: str) -> CutOff:
    """Return what computes rows at once and keeps them in files of `folder`."""
    spark.sparkContext.setCheckpointDir(folder)

    def cut_off(rows: "DataFrame") -> "DataFrame":
        # Spark computes rows for the checkpoint again, unless they are cached.
        cached = rows.persist()
        try:
            return cached.checkpoint()
        finally:
            cached.unpersist()

    return cut_off
