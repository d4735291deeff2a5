"""What a run would load, scan and cost. Nothing is changed: neither lake, warehouse nor outputs."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from opsdesk.calendars.calendar_file import read_clock
from opsdesk.calendars.clock import clock_texts
from opsdesk.config.parameters import Parameters
from opsdesk.config.rules import SHIPPED_RULES
from opsdesk.google.connection import GoogleConnection
from opsdesk.ingest.delivery import open_delivery
from opsdesk.ingest.mapping import read_mapping
from opsdesk.ingest.signature import is_up_to_date
from opsdesk.ingest.source_files import find_files
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.open import open_lake
from opsdesk.steps.backfill import Span
from opsdesk.steps.ingest import ingest
from opsdesk.steps.transform import publication_holds
from opsdesk.warehouse.open import Warehouse, open_warehouse
from opsdesk.work.rules_file import read_rules

SAME = "the one ingested last"
NEW = "new, cleaned in a temporary folder to look at it"
DELTA = "a delta not ingested yet"


@dataclass(frozen=True)
class PlannedPart:
    """A month (or "agents") that would be loaded or removed; rows and bytes are the lake's."""

    name: str
    rows: int
    bytes: int
    action: str


@dataclass
class Plan:
    """What would happen.

    `kept` counts the parts that stay as they are. `scanned` is in bytes, None where the published
    tables would stay as they are. `is_measured` says that BigQuery itself gave that number.
    """

    export: str
    parts: list[PlannedPart] = field(default_factory=list)
    kept: int = 0
    scanned: int | None = None
    is_measured: bool = False
    is_free: bool = False


def plan_run(parameters: Parameters, moment: datetime) -> Plan:
    """Return what a run at `moment` would do.

    Raises:
        OpsdeskError: what the run itself would say of an export, a lake or a warehouse it cannot
            read.
    """
    given = parameters.values
    google = GoogleConnection.of(parameters.block("google"))
    lake = open_lake(given["lake"], google)
    target = open_warehouse(given["warehouse"], google, {"step": "dry-run"})
    with tempfile.TemporaryDirectory(prefix="opsdesk-") as folder:
        export, manifests = _after_ingest(given, lake, google, moment, Path(folder))
    plan = Plan(export, is_free=target.billed.is_free)
    _plan_parts(plan, manifests, _loaded(target), given)
    is_changed = bool(plan.parts) or export == DELTA
    chosen = read_rules(given.get("rules", SHIPPED_RULES))
    as_of, timezone = given["as_of"], given["timezone"]
    clock = read_clock(given.get("calendar", ""), timezone)
    if is_changed or not publication_holds(target, as_of, timezone, moment, chosen, clock):
        lake_bytes = sum(manifest.size for manifest in manifests.values())
        values = {
            "as_of": moment.replace(microsecond=0),
            "timezone": timezone,
            "rules": chosen.columns,
            **clock_texts(clock, moment, moment, 0.0).parameters,
        }
        _measure(plan, target, lake_bytes, values)
    return plan


def _after_ingest(
    given: dict[str, str], lake: Lake, google: GoogleConnection, moment: datetime, work: Path
) -> tuple[str, dict[str, Manifest]]:
    """Return whether the export is new, and the lake's manifests as they would be."""
    rules = read_mapping(given["mapping"]).in_zone(given.get("timezone", "UTC"))
    kind = given["export_kind"]
    export = find_files(given["export"], google)
    people = find_files(given["agents"], google, "agents") if given["agents"] else []
    events = given.get("events")
    changes = find_files(events, google, "events") if events else []
    delivery = open_delivery(export, rules, people, kind, work, changes)
    at = moment.replace(tzinfo=None)
    if is_up_to_date(lake.record(), delivery.signature, at, lake):
        return SAME, lake.manifests()
    delivery.check()
    if kind == "delta":
        return DELTA, lake.manifests()
    scratch = open_lake(str(work / "lake"))
    ingest(export, rules, people, kind, scratch, moment.isoformat(), changes)
    return NEW, scratch.manifests()


def _plan_parts(
    plan: Plan, manifests: dict[str, Manifest], loaded: dict[str, str], given: dict[str, str]
) -> None:
    for name in sorted({*manifests, *loaded}):
        if name not in Span(given["first_month"], given["last_month"]):
            continue
        manifest = manifests.get(name)
        if not manifest:
            plan.parts.append(PlannedPart(name, 0, 0, "remove"))
        elif loaded.get(name) == manifest.fingerprint:
            plan.kept += 1
        else:
            plan.parts.append(PlannedPart(name, manifest.rows, manifest.size, "load"))


def _loaded(target: Warehouse) -> dict[str, str]:
    """Return the fingerprint of each loaded part; nothing where there is no warehouse yet."""
    if not target.exists():
        return {}
    loads = target.loads()
    return dict(zip(loads["part"], loads["fingerprint"], strict=True))


def _measure(
    plan: Plan, target: Warehouse, lake_bytes: int, parameters: Mapping[str, object]
) -> None:
    """Put into the plan what a transform and the loads would scan."""
    if plan.is_free:
        plan.scanned = 0
        return
    from opsdesk.warehouse.bigquery.estimate import (
        estimate_load,
        estimate_transform,
        measure_transform,
    )
    from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse

    assert isinstance(target, BigQueryWarehouse)  # only BigQuery bills
    measured = measure_transform(target, parameters)
    plan.is_measured = measured is not None
    computed = estimate_transform(lake_bytes) if measured is None else measured
    plan.scanned = computed + sum(estimate_load(part.bytes) for part in plan.parts)
