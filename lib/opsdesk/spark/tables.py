"""Transform by Spark: the raw tables in, every result table staged for the warehouse to publish."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opsdesk.cloud import Cloud
from opsdesk.engine import Engine
from opsdesk.spark.causes import told
from opsdesk.spark.compute import compute_tables
from opsdesk.spark.handover import open_handover
from opsdesk.spark.session import fit_partitions, spark_session, words_of
from opsdesk.tables import catalogue
from opsdesk.warehouse import Warehouse


@contextmanager
def spark_tables(
    engine: Engine, cloud: Cloud, warehouse: Warehouse, parameters: Mapping[str, object]
) -> Iterator[tuple[dict[str, object], str]]:
    """Every result table computed and staged, as `publish` takes it, and the words for who did. Spark has ended by then.

    Raises:
        OpsdeskError: Spark does not start or fails; the text has the first real cause.
    """
    with open_handover(engine, cloud, warehouse) as handover:
        with spark_session(engine, cloud, in_cloud=handover.in_cloud) as spark, told("Computing the tables"):
            fit_partitions(spark, engine, int(warehouse.loads()["bytes"].sum()))
            raw = {
                table.name: handover.read(spark, table.name) for table in catalogue().values() if table.kind == "raw"
            }
            staged = compute_tables(spark, raw, parameters, handover.write, engine.writers)
            computed_by = words_of(spark)
        yield staged, computed_by
