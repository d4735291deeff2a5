"""Step 3: the tables. Each is one GoogleSQL file; all are built beside the old ones and published in one transaction."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from opsdesk.billed import Billed
from opsdesk.cloud import NO_CLOUD, Cloud
from opsdesk.engine import THE_WAREHOUSE, Engine
from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_instant, read_zone, run_id
from opsdesk.steps.checks import CHECKS, hold
from opsdesk.tables import catalogue
from opsdesk.warehouse import Warehouse, name_of, open_warehouse


@dataclass(frozen=True)
class TransformResult:
    """What one transform published, or found published already (`unchanged`).

    `as_of` is an instant in UTC, `rows` the rows of each table, `computed_by` the words for who computed them.
    """

    as_of: datetime
    timezone: str
    rows: dict[str, int]
    unchanged: bool
    billed: Billed
    computed_by: str

    @property
    def engine(self) -> str:
        """Who computed the published tables, in words."""
        return f"Computed by {self.computed_by}"

    @property
    def tables(self) -> pd.DataFrame:
        """The published tables: table, rows, description."""
        known = catalogue()
        return pd.DataFrame(
            [(name, rows, known[name].description) for name, rows in self.rows.items()],
            columns=["table", "rows", "description"],
        )

    @property
    def checks(self) -> pd.DataFrame:
        """The identities that held before anything was published."""
        return pd.DataFrame([(check.says, "holds") for check in CHECKS], columns=["checked on every row", "result"])

    @property
    def known_until(self) -> str:
        """as_of as a wall time in the parameter `timezone`."""
        return f"{self.as_of.astimezone(read_zone(self.timezone)):%Y-%m-%d %H:%M:%S} {self.timezone}"


def transform(
    warehouse: str, as_of: str, timezone: str, run_at: str, cloud: Cloud = NO_CLOUD, engine: Engine = THE_WAREHOUSE
) -> TransformResult:
    """Builds and publishes every table as it was known at `as_of`, with day boundaries in `timezone`.

    Args:
        warehouse: such as duckdb:PATH. as_of: "latest" (the last event in the data), "now" (`run_at`), or a time in
            `timezone`. timezone: an IANA zone. run_at: the moment of the run, ISO with offset.

    Raises:
        OpsdeskError: no tickets loaded, an as_of before the first of them, tables that contradict themselves. Readers
            keep what they had.
    """
    started = time.perf_counter()
    read_zone(timezone)
    run = read_instant("run_at", run_at)
    target = open_warehouse(warehouse, cloud, {"step": "transform", "run": run_id(run)})
    moment = _resolve_as_of(target, as_of, timezone, run)
    parameters = {"as_of": moment, "timezone": timezone}
    fingerprint = _fingerprint(target, parameters)
    published = target.runs().tail(1)
    if not published.empty and published["fingerprint"].item() == fingerprint:
        by = json.loads(published["parameters"].item()).get("computed_by", name_of(target))
        return TransformResult(moment, timezone, json.loads(published["rows"].item()), True, target.billed, by)

    def run_row(rows: dict[str, int]) -> dict:
        return {
            "run_id": run_id(run), "as_of": moment, "timezone": timezone,
            "parameters": json.dumps({"as_of": as_of, "timezone": timezone, "computed_by": by}), "rows": json.dumps(rows), "fingerprint": fingerprint,
            "seconds": round(time.perf_counter() - started, 3), "published_at": run,
        }  # fmt: skip

    with _computed(engine, cloud, target, parameters) as (staged, by):
        rows = target.publish(parameters, hold, run_row, staged)
    return TransformResult(moment, timezone, rows, False, target.billed, by)


@contextmanager
def _computed(
    engine: Engine, cloud: Cloud, target: Warehouse, parameters: dict[str, object]
) -> Iterator[tuple[dict | None, str]]:
    """The tables that were computed outside the warehouse, None where it computes them itself; and who did, in words."""
    if not engine.is_spark:
        yield None, name_of(target)
        return
    from opsdesk.spark.tables import spark_tables

    with spark_tables(engine, cloud, target, parameters) as computed:
        yield computed


def publication_holds(target: Warehouse, as_of: str, timezone: str) -> bool:
    """Whether a transform with these parameters would find everything published as it is, told without a query."""
    runs = target.runs().tail(1) if target.exists() else pd.DataFrame()
    if as_of == "now" or runs.empty:
        return False
    published = json.loads(runs["parameters"].item())
    if (published["as_of"], published["timezone"]) != (as_of, timezone):
        return False
    known = {"as_of": runs["as_of"].item().to_pydatetime().astimezone(UTC), "timezone": timezone}
    return runs["fingerprint"].item() == _fingerprint(target, known)


def _resolve_as_of(target: Warehouse, as_of: str, timezone: str, run: datetime) -> datetime:
    """The instant that `as_of` means, held to what the warehouse knows."""
    if not target.has_tickets():
        raise OpsdeskError(f"The warehouse {target.url} holds no tickets: run 01_ingest and 02_backfill first.")
    span = target.query(
        "SELECT MIN(created_at) AS first, MAX(created_at) AS last, MAX(resolved_at) AS closed FROM tickets_raw"
    ).iloc[0]
    first = span["first"].to_pydatetime().astimezone(UTC)
    last = (
        max(span["last"], span["last"] if pd.isna(span["closed"]) else span["closed"]).to_pydatetime().astimezone(UTC)
    )
    if as_of == "latest":
        return last
    moment = run.replace(microsecond=0) if as_of == "now" else read_instant("as_of", as_of, timezone)
    if moment < first:
        raise OpsdeskError(
            f"as_of: {as_of!r} is before the first ticket ({first:%Y-%m-%d %H:%M:%S} UTC): nothing is known then. "
            f"The data ends {last:%Y-%m-%d %H:%M:%S} UTC."
        )
    if moment > run:
        raise OpsdeskError(
            f'as_of: {as_of!r} is after the moment of the run: nothing is known then. Write "now" or "latest".'
        )
    return moment


def _fingerprint(target: Warehouse, parameters: dict[str, object]) -> str:
    """Tells whether the tables could come out otherwise: the loaded data, the SQL and the parameters."""
    loads = target.loads()[["part", "fingerprint"]].to_csv()
    given = [f"{name}={value}" for name, value in parameters.items()]  # as_of in UTC
    return hashlib.sha256("\n".join([loads, *given, *target.selects(parameters).values()]).encode()).hexdigest()
