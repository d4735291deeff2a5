"""The lake's day files as Spark reads them: declared columns, every cell checked."""

from datetime import datetime
from typing import TYPE_CHECKING

from opsdesk import project
from opsdesk.catalogue.tables import Table, catalogue, is_added
from opsdesk.lake.partition import Partition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# The lake has one form: commas, quotes doubled, newlines inside quotes as they are, empty is NULL.
CSV = {
    "header": "true",
    "enforceSchema": "false",  # the header is checked against the columns
    "mode": "FAILFAST",
    "multiLine": "true",
    "lineSep": "\n",
    "quote": '"',
    "escape": '"',
    "nullValue": "",
    "encoding": "UTF-8",
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ssX",
}


def read_day_files(spark: "SparkSession", part: Partition, loaded_at: datetime) -> "DataFrame":
    """Return the rows of a month as they go into tickets_raw, all of its columns.

    Spark reads the files when the rows are used, and raises its own errors then.
    """
    from pyspark.sql import functions as f

    table = catalogue()[part.table]
    rows = spark.read.options(**CSV).schema(_schema(table)).csv(_urls(part))
    file_name = f.concat(f.lit(f"{part.folder}/"), f.col("_metadata.file_name"))
    rows = rows.withColumn("_ingestion_ts", f.lit(loaded_at.isoformat()).cast("timestamp"))
    rows = rows.withColumn("_source_file", file_name)
    return rows.select(*(column.name for column in table.columns))


def _schema(table: Table) -> str:
    """Return the columns of the files for Spark, "name TYPE, ..."."""
    return ", ".join(
        f"`{column.name}` {column.spark_type}"
        for column in table.columns
        if not is_added(column.name)
    )


def _urls(part: Partition) -> list[str]:
    """Return where Spark finds the files of a partition: gs:// as it is, else file://."""
    return part.uris or [project.literal(path, project.UNUSUAL).as_uri() for path in part.paths]
