"""Backfill by Spark: months read and staged, one at a time; the warehouse commits each as it commits its own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from opsdesk.lake.partition import Partition
from opsdesk.spark.errors import told
from opsdesk.spark.handover import Handover, open_handover
from opsdesk.spark.read_lake import read_day_files
from opsdesk.spark.session import fit_partitions, spark_session, words_of
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.open import Warehouse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Months:
    """Stages months; Spark starts with the first of them. `computed_by` says which Spark it was, "" when none started."""

    def __init__(self, setup: SparkSetup, handover: Handover, stack: ExitStack) -> None:
        self.setup, self.handover, self.stack = setup, handover, stack
        self.spark: SparkSession | None = None
        self.computed_by = ""

    def stage(self, part: Partition, loaded_at: datetime) -> object:
        """Reads the day files of a month into staging; returns what `Loader.replace` takes as `staged`.

        Raises:
            OpsdeskError: a file that does not fit the schema. (The warehouse counts the rows, before it commits.)
        """
        spark = self.spark or self._start(part)
        fit_partitions(spark, self.setup, part.bytes)
        with told(f"{part.name}: reading it from the lake"):
            return self.handover.write(part.table, read_day_files(spark, part, loaded_at))

    def _start(self, part: Partition) -> "SparkSession":
        in_cloud = part.is_in_bucket or self.handover.in_cloud
        self.spark = self.stack.enter_context(spark_session(self.setup, in_cloud=in_cloud))
        self.computed_by = words_of(self.spark)
        return self.spark


@contextmanager
def stage_months(setup: SparkSetup, warehouse: Warehouse) -> Iterator[Months]:
    """What stages months for one backfill; Spark and everything staged are gone at its end."""
    with open_handover(setup, warehouse) as handover, ExitStack() as stack:
        yield Months(setup, handover, stack)
