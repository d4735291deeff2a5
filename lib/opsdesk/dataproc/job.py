"""Notebooks 02 and 03 without notebooks: their steps in a process that has a Spark session, such as a Dataproc job."""

from collections.abc import Iterator, Mapping

from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.locations import read_bucket
from opsdesk.config.rules import problem_with
from opsdesk.config.spark_options import SparkOptions
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.workbench import Workbench

NEEDED = ("lake", "warehouse")
DEFAULTS = {"first_month": "", "last_month": "", "timezone": "UTC", "as_of": "latest"}
SETTINGS = tuple(f"{block}.{setting}" for block, settings in BLOCKS.items() for setting in settings)
TAKES = {*NEEDED, *DEFAULTS, *SETTINGS}


def run_steps(given: Mapping[str, str], run_at: str) -> Iterator[str]:
    """Backfill, then transform, computed by Spark; yields a line about each when it is done.

    Raises:
        OpsdeskError: a parameter that is missing, unknown or invalid; what the steps raise.
    """
    _refuse_unfit(given)
    values = DEFAULTS | dict(given)
    spark = {"temp_bucket": read_bucket(values["lake"]).bucket} | _block(given, "spark")
    bench = Workbench(run_at, GoogleConnection.of(_block(given, "google")), SparkOptions.of(spark))
    lake, warehouse = values["lake"], values["warehouse"]
    loaded = bench.backfill(lake, warehouse, values["first_month"], values["last_month"], "spark")
    actions = ", ".join(f"{row.parts} {row.action}" for row in loaded.actions.itertuples())
    yield f"{loaded.engine}: {actions}"
    made = bench.transform(warehouse, values["as_of"], values["timezone"], "spark")
    rows = ", ".join(f"{name} {count:,}" for name, count in made.rows.items())
    before = " before" if made.unchanged else ""
    yield f"{made.engine}{before}, as of {made.known_until}: {rows}"


def _block(given: Mapping[str, str], name: str) -> dict[str, str]:
    prefix = f"{name}."
    return {
        key.removeprefix(prefix): value for key, value in given.items() if key.startswith(prefix)
    }


def _refuse_unfit(given: Mapping[str, str]) -> None:
    for name in NEEDED:
        if not given.get(name):
            raise OpsdeskError(
                f"{name}: the job needs it, as {name}=VALUE after the other arguments."
            )
    for name, value in given.items():
        if name not in TAKES:
            raise OpsdeskError(f"There is no parameter {name!r} for backfill or transform.")
        if problem := problem_with(name, value):
            raise OpsdeskError(f"{name} {value!r} {problem}.")
