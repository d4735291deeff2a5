"""Backfill by Spark: months are read and staged one at a time, and the warehouse commits each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from opsdesk.lake.partition import Partition
from opsdesk.spark.errors import translate_spark_errors
from opsdesk.spark.handover import Handover, open_handover
from opsdesk.spark.read_lake import read_day_files
from opsdesk.spark.session import describe, fit_partitions, spark_session
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.open import Warehouse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Months:
    """Stages months; Spark starts with the first of them.

    `computed_by` says which Spark it was, "" when none started.
    """

    def __init__(self, setup: SparkSetup, handover: Handover, stack: ExitStack) -> None:
        self.setup = setup
        self.handover = handover
        self.stack = stack
        self.spark: SparkSession | None = None
        self.computed_by = ""

    def stage(self, part: Partition, loaded_at: datetime) -> object:
        """Read the day files of a month into staging; return what `Loader.replace` takes.

        The warehouse counts the rows before it commits.

        Raises:
            OpsdeskError: a file does not fit the schema.
        """
        spark = self.spark or self._start(part)
        fit_partitions(spark, self.setup, part.bytes)
        with translate_spark_errors(f"{part.name}: reading it from the lake"):
            return self.handover.write(part.table, read_day_files(spark, part, loaded_at))

    def _start(self, part: Partition) -> "SparkSession":
        in_cloud = part.is_in_bucket or self.handover.in_cloud
        self.spark = self.stack.enter_context(spark_session(self.setup, in_cloud=in_cloud))
        self.computed_by = describe(self.spark)
        return self.spark


@contextmanager
def stage_months(setup: SparkSetup, warehouse: Warehouse) -> Iterator[Months]:
    """Open what stages months for one backfill; Spark and everything staged are gone at its end.

    Raises:
        OpsdeskError: there is no place to stage.
    """
    with open_handover(setup, warehouse) as handover, ExitStack() as stack:
        yield Months(setup, handover, stack)
