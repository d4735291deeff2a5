"""The workbench: what notebooks and jobs call.

It opens what parameters name, and runs a step on it. Each method imports what it needs: a notebook
does not wait for the steps of the others.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from opsdesk import project
from opsdesk.config.rules import SHIPPED_RULES
from opsdesk.config.spark_options import DEFAULTS, SparkOptions
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection

PROJECT = "OPSDESK_PROJECT"  # for programs that choose the working directory themselves

if TYPE_CHECKING:
    from opsdesk.ingest.result import IngestResult
    from opsdesk.spark.engine import SparkEngine
    from opsdesk.steps.backfill import BackfillResult
    from opsdesk.steps.foresight import ForesightResult
    from opsdesk.steps.transform import TransformResult
    from opsdesk.warehouse.open import Warehouse


@dataclass(frozen=True)
class Workbench:
    """The steps, on locations that are named as in a params file.

    `run_at` is the moment of the run (ISO 8601 with offset); what is later is the future. `google`
    says how Google Cloud is reached, `spark` how Spark is set up where it computes.
    """

    run_at: str
    google: GoogleConnection = ON_THIS_MACHINE
    spark: SparkOptions = DEFAULTS

    def ingest(
        self,
        export: str,
        mapping: str,
        agents: str,
        export_kind: str,
        lake: str,
        timezone: str = "UTC",
        events: str = "",
    ) -> "IngestResult":
        """Bring an export into the lake (step 01).

        Args:
            export: path or glob of files, local or gs://; several with ` | ` between.
            mapping: a name in params/mappings, or the path of a mapping.
            agents: path of agents_master, or "".
            export_kind: `full` (days it no longer has disappear) or `delta` (rows are upserted by
                ticket_id).
            lake: a folder, or gs://bucket[/prefix].
            timezone: that of times without one, where neither header nor mapping names it.
            events: path or glob of an export of changes, or "".

        Raises:
            OpsdeskError: see `steps.ingest`.
        """
        from opsdesk.ingest.mapping import read_mapping
        from opsdesk.ingest.source_files import find_files
        from opsdesk.lake.open import open_lake
        from opsdesk.steps.ingest import ingest

        rules = read_mapping(mapping).in_zone(timezone)
        target = open_lake(lake, self.google)
        files = find_files(export, self.google)
        people = find_files(agents, self.google, "agents") if agents else []
        changes = find_files(events, self.google, "events") if events else []
        return ingest(files, rules, people, export_kind, target, self.run_at, changes)

    def backfill(
        self,
        lake: str,
        warehouse: str,
        first_month: str = "",
        last_month: str = "",
        engine: str = "warehouse",
    ) -> "BackfillResult":
        """Load the lake's months into the warehouse (step 02); "" is no bound.

        Raises:
            OpsdeskError: see `steps.backfill`.
        """
        from opsdesk.lake.open import open_lake
        from opsdesk.steps.backfill import backfill

        source = open_lake(lake, self.google)
        target = self.open_warehouse(warehouse, step="backfill")
        return backfill(source, target, first_month, last_month, self.run_at, self._engine(engine))

    def adopt(self, lake: str, warehouse: str) -> str:
        """Let a lake fill a warehouse that was filled from another; return what was done.

        Raises:
            OpsdeskError: see `belonging.adopt`.
        """
        from opsdesk.instants import read_instant
        from opsdesk.lake.open import open_lake
        from opsdesk.warehouse.belonging import adopt

        source = open_lake(lake, self.google)
        target = self.open_warehouse(warehouse, step="adopt")
        return adopt(source, target, read_instant("run_at", self.run_at))

    def transform(
        self,
        warehouse: str,
        as_of: str,
        timezone: str,
        engine: str = "warehouse",
        rules: str = SHIPPED_RULES,
        calendar: str = "",
    ) -> "TransformResult":
        """Build and publish every table as it was known at `as_of` (step 03).

        `rules` is a name in params/rules, or the path of a rules file; `calendar` one in
        params/calendars, or the path of a calendar file, "" for a clock that never stops.

        Raises:
            OpsdeskError: see `steps.transform` and `calendar_file.read_clock`.
        """
        from opsdesk.calendars.calendar_file import read_clock
        from opsdesk.steps.transform import transform

        clock = read_clock(calendar, timezone)
        target = self.open_warehouse(warehouse, step="transform")
        engine_ = self._engine(engine)
        return transform(target, as_of, timezone, self.run_at, engine_, rules, clock)

    def foresee(self, warehouse: str) -> "ForesightResult":
        """Make the estimates from what was published last, and publish them (step 04).

        Raises:
            OpsdeskError: see `steps.foresight`.
        """
        from opsdesk.steps.foresight import foresee

        return foresee(self.open_warehouse(warehouse, step="foresight"), self.run_at)

    def open_warehouse(self, warehouse: str, step: str = "") -> "Warehouse":
        """Return the warehouse at duckdb:PATH or bigquery:PROJECT.DATASET.

        `step` marks its jobs in a bill.
        """
        from opsdesk.instants import read_instant, run_id
        from opsdesk.warehouse.open import open_warehouse

        labels = {}
        if step:
            labels = {"step": step, "run": run_id(read_instant("run_at", self.run_at))}
        return open_warehouse(warehouse, self.google, labels)

    def _engine(self, engine: str) -> "SparkEngine | None":
        """Return what computes instead of the warehouse, None where the warehouse does."""
        if engine == "warehouse":
            return None
        if engine != "spark":
            raise OpsdeskError(f'engine: {engine!r} is neither "warehouse" nor "spark".')
        from opsdesk.spark.engine import SparkEngine
        from opsdesk.spark.setup import SparkSetup

        return SparkEngine(SparkSetup(self.spark, self.google))


def find_project() -> None:
    """Let the project be the one that OPSDESK_PROJECT names, else that of the working directory.

    Programs call this when they begin; nothing below them asks for either.

    Raises:
        OpsdeskError: OPSDESK_PROJECT names a folder that is no project.
    """
    named = os.environ.get(PROJECT)
    if named and not project.is_project(Path(named)):
        raise OpsdeskError(
            f"The variable {PROJECT} names {named}, which is no opsdesk project: "
            "set it to the folder that `opsdesk init` made, or unset it."
        )
    project.find_root(Path(named).absolute() if named else Path.cwd())


def start_notebook(
    run_at: str = "",
    google: Mapping[str, str] | None = None,
    spark: Mapping[str, str] | None = None,
) -> Workbench:
    """Return the workbench of a notebook, and let frames show whole cells.

    Args:
        run_at: the moment of the run, "" is now.
        google: the block `google:` of a params file.
        spark: the block `spark:` of a params file.

    Raises:
        OpsdeskError: a setting that a block does not have, or there is no project.
    """
    import pandas as pd

    find_project()
    project.refuse_no_project()
    pd.options.display.max_colwidth = None
    return Workbench(
        run_at or datetime.now(UTC).isoformat(),
        GoogleConnection.of(google or {}),
        SparkOptions.of(spark or {}),
    )
