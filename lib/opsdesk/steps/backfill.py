"""Step 2: the lake goes into the warehouse, month by month, each with its ledger row; what has not changed is skipped."""

import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_instant, read_month
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.duckdb.loader import Loader
from opsdesk.warehouse.open import Warehouse, name_of

if TYPE_CHECKING:
    from opsdesk.spark.engine import SparkEngine
    from opsdesk.spark.stage_months import Months

LAKE_PATIENCE = 60.0  # seconds to wait for an ingest to end


@dataclass(frozen=True)
class BackfillResult:
    """What one backfill did: `months` has month, rows, action (loaded, skipped, removed), oldest first, agents last.

    `engine` says in words who read the files.
    """

    months: pd.DataFrame
    warehouse_months: pd.DataFrame
    engine: str
    billed: Billed

    @property
    def actions(self) -> pd.DataFrame:
        """How many parts were loaded, skipped because nothing in them changed, removed: action, parts, rows."""
        return self.months.groupby("action", as_index=False).agg(
            parts=("month", "size"), rows=("rows", "sum")
        )


def backfill(
    lake: Lake,
    warehouse: Warehouse,
    first_month: str,
    last_month: str,
    run_at: str,
    engine: "SparkEngine | None" = None,
) -> BackfillResult:
    """Loads every month of the lake between two months (both included, "" is no bound) that is not loaded as it is.

    With an `engine`, that engine reads the day files instead of the warehouse.

    Raises:
        OpsdeskError: an empty or torn lake, a month that cannot be loaded. The months before it stay loaded and are
            skipped next time; the failing month is as it was.
    """
    first, last = read_month("first_month", first_month), read_month("last_month", last_month)
    moment = read_instant("run_at", run_at)
    if not lake.store.exists:
        raise OpsdeskError(
            f"There is no lake {lake.store.url}: run 01_ingest first, or correct `lake`."
        )
    with lake.store.locked(wait=LAKE_PATIENCE), tempfile.TemporaryDirectory() as work:
        if "writing" in lake.record():
            raise OpsdeskError(
                f"An ingest into the lake {lake.store.url} was interrupted{lake.store.or_at_work}, so tickets may stand in it twice "
                "or not at all: run 01_ingest again, then this step."
            )
        manifests = lake.manifests()
        if not manifests:
            raise OpsdeskError(f"The lake {lake.store.url} holds nothing: run 01_ingest first.")
        faults = lake.faults(manifests)
        done = []
        with (
            warehouse.loading() as loader,
            engine.months(warehouse) if engine else nullcontext() as months,
        ):

            def load(part: Partition) -> None:
                by_spark = months and part.name != "agents"  # a few people are no work for Spark
                loader.replace(part, moment, months.stage(part, moment) if by_spark else None)

            loaded = loader.fingerprints()
            for name in sorted({*manifests, *loaded, *_months_of(faults)}):
                if name == "agents" or (first or name) <= name <= (last or name):
                    _refuse_torn(name, faults, lake)
                    done.append(
                        _bring(manifests.get(name), name, loaded, loader, Path(work), lake, load)
                    )
            ledger = warehouse.loads()[["part", "rows"]].rename(columns={"part": "month"})
        lake.store.ensure_alone()
    if all(name == "agents" for name, *_ in done):
        raise OpsdeskError(f"The lake {lake.store.url} has no month between {first or 'the first'} and {last or 'the last'}: "
                           f"it has {min(manifests)} to {max(m for m in manifests if m != 'agents')}.")  # fmt: skip
    actions = pd.DataFrame(done, columns=["month", "rows", "action"])
    return BackfillResult(actions, ledger, _words(months, warehouse), warehouse.billed)


def _words(months: "Months | None", warehouse: Warehouse) -> str:
    if months is None:
        return f"Loaded by {name_of(warehouse)}"
    return (
        f"Loaded by {months.computed_by}"
        if months.computed_by
        else "No month to load: Spark was not started"
    )


def _months_of(faults: dict[str, str]) -> set[str]:
    return {
        "agents" if name.startswith("agents_data/") else "-".join(name.split("/")[1:3])
        for name in faults
    }


def _refuse_torn(part: str, faults: dict[str, str], lake: Lake) -> None:
    torn = [(name, fault) for name, fault in faults.items() if part in _months_of({name: fault})]
    if torn:
        name, fault = torn[0]
        raise OpsdeskError(f"{part} of the lake is torn: {lake.store.url}/{name} {fault} (an interrupted ingest, or an edited file). "
                           "Run 01_ingest again; months before it stay loaded.")  # fmt: skip


def _bring(
    manifest: Manifest | None,
    name: str,
    loaded: dict[str, str],
    loader: Loader,
    work: Path,
    lake: Lake,
    load: Callable[[Partition], None],
) -> tuple[str, int, str]:
    """Loads, skips or removes one part; returns (month, rows, action)."""
    if manifest and loaded.get(name) == manifest.fingerprint:
        return name, manifest.rows, "skipped"
    lake.store.ensure_alone()
    if manifest is None:
        loader.remove(name)
        return name, 0, "removed"
    with tempfile.TemporaryDirectory(dir=work) as files:
        load(Partition(manifest, lake.store, Path(files)))
    return name, manifest.rows, "loaded"
