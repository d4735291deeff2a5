"""Step 3: the tables. Each is one GoogleSQL file; all are built beside the old ones and published in one transaction."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from opsdesk.catalogue.identities import CHECKS, hold
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.translate import meaning
from opsdesk.instants import read_instant, read_zone, run_id
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.changes import changes_since
from opsdesk.warehouse.open import Warehouse, name_of

if TYPE_CHECKING:
    from opsdesk.spark.engine import SparkEngine


@dataclass(frozen=True)
class TransformResult:
    """What one transform published, or found published already (`unchanged`).

    `as_of` is an instant in UTC, `rows` the rows of each table, `computed_by` the words for who computed them.
    """

    as_of: datetime
    timezone: str
    rows: dict[str, int]
    unchanged: bool
    computed_by: str
    billed: Billed

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
        return pd.DataFrame(
            [(check.says, "holds") for check in CHECKS], columns=["checked on every row", "result"]
        )

    @property
    def known_until(self) -> str:
        """as_of as a wall time in the parameter `timezone`."""
        return (
            f"{self.as_of.astimezone(read_zone(self.timezone)):%Y-%m-%d %H:%M:%S} {self.timezone}"
        )


def transform(
    warehouse: Warehouse,
    as_of: str,
    timezone: str,
    run_at: str,
    engine: "SparkEngine | None" = None,
) -> TransformResult:
    """Builds and publishes every table as it was known at `as_of`, with day boundaries in `timezone`.

    Args:
        warehouse: where the raw tables are. as_of: "latest" (the last event in the data), "now" (`run_at`), or a time
            in `timezone`. timezone: an IANA zone. run_at: the moment of the run, ISO with offset. engine: what computes
            the tables instead of the warehouse.

    Raises:
        OpsdeskError: no tickets loaded, an as_of before the first of them, tables that contradict themselves. Readers
            keep what they had.
    """
    started = time.perf_counter()
    read_zone(timezone)
    run = read_instant("run_at", run_at)
    with ExitStack() as connected:
        connected.enter_context(warehouse.reading() if engine else warehouse.publishing())
        moment = _resolve_as_of(warehouse, as_of, timezone, run)
        parts = _loaded(warehouse)
        published = warehouse.runs().tail(1)
        definitions = _definitions(timezone)
        fingerprint = _fingerprint(parts, moment, definitions)
        if not published.empty and published["fingerprint"].item() == fingerprint:
            by = json.loads(published["parameters"].item()).get("computed_by", name_of(warehouse))
            return TransformResult(
                moment, timezone, json.loads(published["rows"].item()), True, by, warehouse.billed
            )
        if engine:
            connected.close()  # it takes its time, in which others may read

        def run_row(rows: dict[str, int]) -> dict:
            return {
                "run_id": run_id(run), "as_of": moment, "timezone": timezone,
                "parameters": json.dumps({"as_of": as_of, "timezone": timezone, "computed_by": by}),
                "rows": json.dumps(rows), "fingerprint": fingerprint, "seconds": round(time.perf_counter() - started, 3),
                "published_at": run, "parts": json.dumps(parts), "definitions": definitions,
            }  # fmt: skip

        parameters = {"as_of": moment, "timezone": timezone}
        changes = changes_since(published, parts, definitions, moment)
        with _computed(engine, warehouse, parameters) as (staged, by):
            rows = warehouse.publish(parameters, hold, run_row, staged, changes)
    return TransformResult(moment, timezone, rows, False, by, warehouse.billed)


@contextmanager
def _computed(
    engine: "SparkEngine | None", warehouse: Warehouse, parameters: dict[str, object]
) -> Iterator[tuple[dict | None, str]]:
    """The tables that an engine has computed, None where the warehouse computes them; and who does, in words."""
    if engine is None:
        yield None, name_of(warehouse)
        return
    with engine.tables(warehouse, parameters) as computed:
        yield computed


def publication_holds(target: Warehouse, as_of: str, timezone: str) -> bool:
    """Whether a transform with these parameters would find everything published as it is, told without a query."""
    runs = target.runs().tail(1) if target.exists() else pd.DataFrame()
    given = json.loads(runs["parameters"].item()) if len(runs) else {}
    if as_of == "now" or (given.get("as_of"), given.get("timezone")) != (as_of, timezone):
        return False
    moment = runs["as_of"].item().to_pydatetime().astimezone(UTC)
    return runs["fingerprint"].item() == _fingerprint(
        _loaded(target), moment, _definitions(timezone)
    )


def _resolve_as_of(target: Warehouse, as_of: str, timezone: str, run: datetime) -> datetime:
    """The instant that `as_of` means, held to what the warehouse knows."""
    if not target.has_tickets():
        raise OpsdeskError(
            f"The warehouse {target.url} holds no tickets: run 01_ingest and 02_backfill first."
        )
    span = target.query(
        "SELECT MIN(created_at) AS first, MAX(created_at) AS last, MAX(resolved_at) AS closed FROM tickets_raw"
    ).iloc[0]
    first = span["first"].to_pydatetime().astimezone(UTC)
    last = (
        max(span["last"], span["last"] if pd.isna(span["closed"]) else span["closed"])
        .to_pydatetime()
        .astimezone(UTC)
    )
    if as_of == "latest":
        return last
    moment = (
        run.replace(microsecond=0) if as_of == "now" else read_instant("as_of", as_of, timezone)
    )
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


def _loaded(target: Warehouse) -> dict[str, str]:
    return dict(target.loads()[["part", "fingerprint"]].itertuples(index=False, name=None))


def _definitions(timezone: str) -> str:
    """Tells one meaning of the tables from another."""
    return _digest(timezone, *(meaning(table) for table in results()))


def _fingerprint(parts: Mapping[str, str], as_of: datetime, definitions: str) -> str:
    """Tells whether the tables could come out otherwise: the loaded data, the moment, the SQL."""
    return _digest(json.dumps(parts), as_of.isoformat(), definitions)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
