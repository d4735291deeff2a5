"""The lake's day files as Spark reads them: columns as declared, every cell held against them, nothing inferred."""

from datetime import datetime
from typing import TYPE_CHECKING

from opsdesk.catalogue.tables import Table, catalogue, is_added
from opsdesk.lake.partition import Partition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# The lake's one form: commas, quotes doubled, newlines inside quotes kept as they are, empty is NULL.
CSV = {
    "header": "true",
    "enforceSchema": "false",  # the header is held against the columns
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
    """The rows of a month as they go into tickets_raw, all of its columns; read when they are used."""
    from pyspark.sql import functions as f

    table = catalogue()[part.table]
    rows = spark.read.options(**CSV).schema(schema_of(table, added=False)).csv(part_urls(part))
    rows = rows.withColumn("_ingestion_ts", f.lit(loaded_at.isoformat()).cast("timestamp"))
    rows = rows.withColumn(
        "_source_file", f.concat(f.lit(f"{part.folder}/"), f.col("_metadata.file_name"))
    )
    return rows.select(*(column.name for column in table.columns))


def schema_of(table: Table, *, added: bool) -> str:
    """The columns of a table for Spark, "name TYPE, ..."; those that the load adds only with `added`."""
    return ", ".join(
        f"`{column.name}` {column.spark_type}"
        for column in table.columns
        if added or not is_added(column.name)
    )


def part_urls(part: Partition) -> list[str]:
    """Where Spark finds the files of a part: gs:// as they are, else on this machine."""
    return part.uris or [path.resolve().as_uri() for path in part.paths]
