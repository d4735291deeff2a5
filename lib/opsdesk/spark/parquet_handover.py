"""Handing tables over between Spark and DuckDB: folders of Parquet beside the DuckDB file."""

from pathlib import Path
from typing import TYPE_CHECKING

from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class ParquetHandover:
    """Raw tables out of a DuckDB file, staged rows for it; the driver and every executor must see `folder`."""

    in_cloud = False

    def __init__(self, warehouse: DuckDBWarehouse, folder: Path) -> None:
        self.warehouse, self.folder = warehouse, folder

    def read(self, spark: "SparkSession", name: str) -> "DataFrame":
        """The rows of a raw table as they are now."""
        source = self.folder / f"read-{name}"
        self.warehouse.unload(name, source)
        return spark.read.parquet(source.as_uri())

    def write(self, name: str, rows: "DataFrame") -> Path:
        """Stages rows for the table `name`, in the place of those staged before; returns what the warehouse takes them from."""
        target = self.folder / f"staged-{name}"
        rows.write.mode("overwrite").parquet(target.as_uri())
        return target
