"""Step 2: the lake goes into the warehouse, month by month; what has not changed is skipped."""

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_instant, read_month
from opsdesk.lake.lake import Lake, not_as_left, refuse_other_columns
from opsdesk.lake.manifest import Manifest, lake_digest
from opsdesk.lake.names import TICKETS, partition_of, series_of
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.belonging import join
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.protocol import Loader, Staged, Warehouse
from opsdesk.warehouse.reconciliation import count_rows, reconcile

if TYPE_CHECKING:
    from opsdesk.spark.engine import SparkEngine
    from opsdesk.spark.stage_months import Months

LAKE_PATIENCE = 60.0  # seconds to wait for an ingest to end


@dataclass(frozen=True)
class BackfillResult:
    """What one backfill did.

    `months` has month, rows, action (loaded, skipped, removed): months of tickets, oldest first,
    then the agents, then months of changes. `reconciliation` has the tickets, and the changes if
    there are any, of the lake, the ledger and the table: place, rows.
    `warehouse_months` has all months in the warehouse with their rows. `engine` says in words who
    read the files, in which way, and whether the warehouse has passed to another lake.
    """

    months: pd.DataFrame
    warehouse_months: pd.DataFrame
    reconciliation: pd.DataFrame
    engine: str
    billed: Billed

    @property
    def actions(self) -> pd.DataFrame:
        """Return how many partitions were loaded, skipped and removed: action, parts, rows."""
        return self.months.groupby("action", as_index=False).agg(
            parts=("month", "size"), rows=("rows", "sum")
        )


@dataclass(frozen=True)
class Span:
    """The months of tickets from `first` to `last`, both included; "" is no bound.

    The agents and every month of changes are in any span: what happens to a ticket of these months
    may happen long after them.
    """

    first: str
    last: str

    def __contains__(self, name: str) -> bool:
        if series_of(name) is not TICKETS:
            return True
        return (self.first or name) <= name <= (self.last or name)


def backfill(
    lake: Lake,
    warehouse: Warehouse,
    first_month: str,
    last_month: str,
    run_at: str,
    engine: "SparkEngine | None" = None,
) -> BackfillResult:
    """Load what the lake has of tickets created between two months, if it is not loaded as it is.

    Both months are included; "" is no bound. Changes of every month and the agents are loaded in
    any case. An `engine` reads the day files instead of the warehouse.

    Raises:
        OpsdeskError: the lake is empty, incomplete, or another than the warehouse was filled from,
            what is in the warehouse is not ours, or a month cannot be loaded. The months
            before it stay loaded and are skipped next time; the failing month is as it was.
    """
    span = Span(read_month("first_month", first_month), read_month("last_month", last_month))
    moment = read_instant("run_at", run_at)
    if not lake.store.exists:
        raise OpsdeskError(
            f"There is no lake {lake.store.url}: run 01_ingest first, or correct `lake`."
        )
    with lake.locked(wait=LAKE_PATIENCE), tempfile.TemporaryDirectory() as work:
        manifests = _read_manifests(lake)
        with warehouse.loading() as loader, _reader(engine, warehouse) as months:
            linked = join(lake, manifests, warehouse, loader, moment)
            transfer = _Transfer(lake, loader, months, moment, Path(work))
            done = transfer.bring(manifests, span)
            ledger = warehouse.loads()[["part", "rows"]].rename(columns={"part": "month"})
            remarks = [text for text in (linked, loader.remarks()) if text]
            counted = count_rows(warehouse)
        lake.store.ensure_alone()
    if not any(series_of(name) is TICKETS for name, *_ in done):
        raise OpsdeskError(_no_month(lake, manifests, span))
    actions = pd.DataFrame(done, columns=["month", "rows", "action"])
    places = reconcile(manifests, span.__contains__, ledger, counted, warehouse)
    engine_words = ". ".join([_words(months, warehouse), *remarks])
    return BackfillResult(actions, ledger, places, engine_words, warehouse.billed)


@dataclass(frozen=True)
class _Transfer:
    """Brings partitions from a lake into a warehouse; `months` stages those that Spark reads."""

    lake: Lake
    loader: Loader
    months: "Months | None"
    moment: datetime
    work: Path

    def bring(self, manifests: Mapping[str, Manifest], span: Span) -> list[tuple[str, int, str]]:
        """Load, skip or remove the partitions in `span`, months first; return name, rows, action.

        Raises:
            OpsdeskError: a partition is incomplete in the lake, or cannot be loaded.
        """
        faults = self.lake.faults(dict(manifests))
        loaded = self.loader.fingerprints()
        done = []
        for name in sorted({*manifests, *loaded, *map(partition_of, faults)}):
            if name in span:
                self._refuse_incomplete(name, faults)
                if name not in manifests:
                    self._refuse_other_lake(manifests)
                done.append(self._bring_one(name, manifests.get(name), loaded.get(name)))
        self._refuse_other_lake(manifests)
        return done

    def _refuse_other_lake(self, manifests: Mapping[str, Manifest]) -> None:
        """Refuse a lake that is not the one that the last ingest left: a month may be missing."""
        left = self.lake.record().get("lake", "")
        if left not in ("", lake_digest(dict(manifests))):
            raise OpsdeskError(not_as_left(self.lake) + "Run 01_ingest again, then this step.")

    def _refuse_incomplete(self, part: str, faults: Mapping[str, str]) -> None:
        for name, fault in faults.items():
            if partition_of(name) == part:
                raise OpsdeskError(
                    f"{part} of the lake is incomplete: {self.lake.store.url}/{name} {fault} "
                    "(an interrupted ingest, or an edited file). Run 01_ingest again; "
                    "months before it stay loaded."
                )

    def _bring_one(
        self, name: str, manifest: Manifest | None, loaded: str | None
    ) -> tuple[str, int, str]:
        """Bring one partition; `loaded` is the fingerprint of what is in the warehouse."""
        if manifest and loaded == manifest.fingerprint:
            return name, manifest.rows, "skipped"
        self.lake.store.ensure_alone()
        if manifest is None:
            self.loader.remove(name)
            return name, 0, "removed"
        with tempfile.TemporaryDirectory(dir=self.work) as files:
            part = Partition(manifest, self.lake.store, Path(files))
            self.loader.replace(part, self.moment, self._stage(part))
        return name, manifest.rows, "loaded"

    def _stage(self, part: Partition) -> Staged | None:
        """Return the rows as Spark has read them; the agents are too few to be work for it."""
        if self.months is None or not part.is_month:
            return None
        return self.months.stage(part, self.moment)


def _read_manifests(lake: Lake) -> dict[str, Manifest]:
    """Return the manifests of a lake that no ingest has left half written."""
    if "writing" in lake.record():
        raise OpsdeskError(
            f"An ingest into the lake {lake.store.url} was interrupted{lake.store.or_at_work}, "
            "so tickets may be in it twice or not at all: run 01_ingest again, then this step."
        )
    refuse_other_columns(lake, "this step")
    manifests = lake.manifests()
    if not manifests:
        raise OpsdeskError(f"The lake {lake.store.url} holds nothing: run 01_ingest first.")
    return manifests


def _reader(
    engine: "SparkEngine | None", warehouse: Warehouse
) -> "AbstractContextManager[Months | None]":
    """Return what reads months instead of the warehouse, nothing without an engine."""
    return engine.months(warehouse) if engine else nullcontext()


def _no_month(lake: Lake, manifests: Mapping[str, Manifest], span: Span) -> str:
    months = [name for name in manifests if series_of(name) is TICKETS]
    return (
        f"The lake {lake.store.url} has no month between {span.first or 'the first'} "
        f"and {span.last or 'the last'}: it has {min(months)} to {max(months)}."
    )


def _words(months: "Months | None", warehouse: Warehouse) -> str:
    if months is None:
        return f"Loaded by {warehouse.name}"
    if not months.computed_by:
        return "No month to load: Spark was not started"
    return f"Loaded by {months.computed_by}"
