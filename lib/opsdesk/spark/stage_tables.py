"""Transform by Spark: the raw tables in, every result table staged for the warehouse to publish."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opsdesk.catalogue.tables import catalogue
from opsdesk.spark.checkpoints import choose_cut_off
from opsdesk.spark.compute import compute_tables
from opsdesk.spark.errors import translate_spark_errors
from opsdesk.spark.handover import Handover, open_handover
from opsdesk.spark.session import describe, fit_partitions, spark_session
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.open import Warehouse


@contextmanager
def stage_tables(
    setup: SparkSetup, warehouse: Warehouse, parameters: Mapping[str, object]
) -> Iterator[tuple[dict[str, object], str]]:
    """Compute and stage every result table; yield them as `publish` takes them, and who computed.

    Spark has ended when the block begins.

    Raises:
        OpsdeskError: Spark does not start or fails; the text has the first real cause.
    """
    size = int(warehouse.loads()["bytes"].sum())
    with open_handover(setup, warehouse) as handover:
        yield _computed(setup, handover, parameters, size)


def _computed(
    setup: SparkSetup, handover: Handover, parameters: Mapping[str, object], size: int
) -> tuple[dict[str, object], str]:
    """Run Spark once over raw tables of `size` bytes."""
    raw_names = [table.name for table in catalogue().values() if table.kind == "raw"]
    writers = int(setup.options.writers)
    with (
        spark_session(setup, in_cloud=handover.in_cloud) as spark,
        translate_spark_errors("Computing the tables"),
    ):
        fit_partitions(spark, setup, size)
        raw = {name: handover.read(spark, name) for name in raw_names}
        cut_off = choose_cut_off(spark, handover.checkpoints)
        staged = compute_tables(spark, raw, parameters, handover.write, writers, cut_off)
        return staged, describe(spark)
