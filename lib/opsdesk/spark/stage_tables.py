"""Transform by Spark: the raw tables in, every result table staged for the warehouse to publish."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opsdesk.catalogue.tables import catalogue
from opsdesk.spark.compute import compute_tables
from opsdesk.spark.errors import told
from opsdesk.spark.handover import open_handover
from opsdesk.spark.session import fit_partitions, spark_session, words_of
from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.open import Warehouse


@contextmanager
def stage_tables(
    setup: SparkSetup, warehouse: Warehouse, parameters: Mapping[str, object]
) -> Iterator[tuple[dict[str, object], str]]:
    """Every result table computed and staged, as `publish` takes it, and the words for who did. Spark has ended by then.

    Raises:
        OpsdeskError: Spark does not start or fails; the text has the first real cause.
    """
    with open_handover(setup, warehouse) as handover:
        with (
            spark_session(setup, in_cloud=handover.in_cloud) as spark,
            told("Computing the tables"),
        ):
            fit_partitions(spark, setup, int(warehouse.loads()["bytes"].sum()))
            raw = {
                table.name: handover.read(spark, table.name)
                for table in catalogue().values()
                if table.kind == "raw"
            }
            staged = compute_tables(
                spark, raw, parameters, handover.write, int(setup.options.writers)
            )
            computed_by = words_of(spark)
        yield staged, computed_by
