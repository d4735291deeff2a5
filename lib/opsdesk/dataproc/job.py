"""Notebooks 02 and 03 without notebooks: their steps in a process that has a Spark session."""

from collections.abc import Iterator, Mapping

from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.locations import read_bucket
from opsdesk.config.names import OF_THE_RUNNER
from opsdesk.config.rules import SHIPPED_RULES, problem_with
from opsdesk.config.spark_options import SparkOptions
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.ingest.threshold import why_held_back
from opsdesk.lake.open import open_lake
from opsdesk.workbench import Workbench

NEEDED = ("lake", "warehouse")
DEFAULTS = {
    "first_month": "",
    "last_month": "",
    "timezone": "UTC",
    "as_of": "latest",
    "rules": SHIPPED_RULES,
    "calendar": "",
    "max_rejected_share": OF_THE_RUNNER["max_rejected_share"],
}
SETTINGS = {f"{block}.{setting}" for block, settings in BLOCKS.items() for setting in settings}
TAKES = {*NEEDED, *DEFAULTS, *SETTINGS}


def run_steps(given: Mapping[str, str], run_at: str) -> Iterator[str]:
    """Run backfill, then transform, computed by Spark; yield a line about each when it is done.

    Raises:
        OpsdeskError: a parameter is missing, unknown or invalid, the last ingest rejected too many
            rows, or a step fails.
    """
    _refuse_invalid(given)
    values = DEFAULTS | dict(given)
    lake = values["lake"]
    warehouse = values["warehouse"]
    google = GoogleConnection.of(_block(given, "google"))
    held_back = why_held_back(open_lake(lake, google).record(), values["max_rejected_share"])
    if held_back:
        raise OpsdeskError(held_back)
    bench = Workbench(run_at, google, _spark_options(given))
    loaded = bench.backfill(lake, warehouse, values["first_month"], values["last_month"], "spark")
    actions = ", ".join(f"{row.parts} {row.action}" for row in loaded.actions.itertuples())
    yield f"{loaded.engine}: {actions}"
    made = bench.transform(
        warehouse,
        values["as_of"],
        values["timezone"],
        "spark",
        values["rules"],
        values["calendar"],
    )
    rows = ", ".join(f"{name} {count:,}" for name, count in made.rows.items())
    before = " before" if made.unchanged else ""
    if values["calendar"]:
        yield made.sla_clock
    yield f"{made.engine}{before}, as of {made.known_until}: {rows}"


def _spark_options(given: Mapping[str, str]) -> SparkOptions:
    """Return the block `spark:`; without a temp_bucket, rows go through the lake's bucket."""
    default = {"temp_bucket": read_bucket(given["lake"]).bucket}
    return SparkOptions.of(default | _block(given, "spark"))


def _block(given: Mapping[str, str], name: str) -> dict[str, str]:
    prefix = f"{name}."
    return {
        key.removeprefix(prefix): value for key, value in given.items() if key.startswith(prefix)
    }


def _refuse_invalid(given: Mapping[str, str]) -> None:
    for name in NEEDED:
        if not given.get(name):
            raise OpsdeskError(
                f"{name}: the job needs it, as {name}=VALUE after the other arguments."
            )
    for name, value in given.items():
        if name not in TAKES:
            raise OpsdeskError(
                f"{name}: backfill and transform have no such parameter. "
                f"They take {', '.join(sorted(TAKES))}."
            )
        if problem := problem_with(name, value):
            raise OpsdeskError(f"{name} {value!r} {problem}.")
