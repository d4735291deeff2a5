"""Handing tables over between Spark and DuckDB: folders of Parquet next to the DuckDB file."""

from pathlib import Path
from typing import TYPE_CHECKING

from opsdesk import project
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class ParquetHandover:
    """A `Handover` for a DuckDB file; the driver and every executor must see `folder`."""

    in_cloud = False

    def __init__(self, warehouse: DuckDBWarehouse, folder: Path) -> None:
        self.warehouse = warehouse
        self.folder = folder

    @property
    def checkpoints(self) -> str:
        """Return where checkpoints go: into the folder."""
        return _uri(self.folder / "checkpoints")

    def read(self, spark: "SparkSession", name: str) -> "DataFrame":
        """Return the rows of a raw table, written into the folder first."""
        source = self.folder / f"read-{name}"
        self.warehouse.unload(name, source)
        return spark.read.parquet(_uri(source))

    def write(self, name: str, rows: "DataFrame") -> Path:
        """Stage rows for the table `name` in place of those staged before; return their folder."""
        target = self.folder / f"staged-{name}"
        rows.write.mode("overwrite").parquet(_uri(target))
        return target


def _uri(folder: Path) -> str:
    return project.literal(folder, project.UNUSUAL).as_uri()
