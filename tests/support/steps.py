"""The steps as most tests call them: places as texts, the connection to Google and Spark's options where they matter."""

from opsdesk.config.spark_options import SparkOptions
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.workbench import Workbench

RUN_AT = "2026-11-24T00:00:00+00:00"


def ingest(export, mapping, agents, export_kind, lake, run_at, google=ON_THIS_MACHINE, events=""):
    bench = Workbench(run_at, google)
    return bench.ingest(export, mapping, agents, export_kind, lake, events=events)


def backfill(lake, warehouse, first_month, last_month, run_at, google=ON_THIS_MACHINE, spark=None):
    bench = Workbench(run_at, google, spark or SparkOptions())
    return bench.backfill(
        lake, warehouse, first_month, last_month, "spark" if spark else "warehouse"
    )


def transform(warehouse, as_of, timezone, run_at, google=ON_THIS_MACHINE, spark=None, calendar=""):
    bench = Workbench(run_at, google, spark or SparkOptions())
    engine = "spark" if spark else "warehouse"
    return bench.transform(warehouse, as_of, timezone, engine, calendar=calendar)


def open_warehouse(warehouse, google: GoogleConnection = ON_THIS_MACHINE):
    return Workbench(RUN_AT, google).open_warehouse(warehouse)
