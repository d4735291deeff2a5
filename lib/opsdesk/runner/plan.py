"""What a run would load, scan and cost, told without changing anything: neither lake nor warehouse nor outputs."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from opsdesk import project
from opsdesk.config.parameters import Parameters
from opsdesk.google.connection import GoogleConnection
from opsdesk.ingest.delivery import open_delivery
from opsdesk.ingest.mapping import read_mapping
from opsdesk.ingest.signature import is_up_to_date
from opsdesk.ingest.source_files import find_files
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.open import open_lake
from opsdesk.steps.ingest import ingest
from opsdesk.steps.transform import publication_holds
from opsdesk.warehouse.billing import NOTHING, PRICE_PER_TIB, PRICE_SINCE, cost, in_units
from opsdesk.warehouse.open import Warehouse, open_warehouse

SAME, NEW, DELTA = (
    "the one ingested last",
    "new, cleaned in a temporary folder to look at it",
    "a delta not ingested yet",
)


@dataclass
class Plan:
    """What would happen. `parts` are (month, rows, bytes, action), `scanned` is None where tables would stay as they are."""

    export: str
    parts: list[tuple[str, int, int, str]] = field(default_factory=list)
    kept: int = 0
    scanned: int | None = None
    is_measured: bool = False
    is_free: bool = False


def plan_run(parameters: Parameters, moment: datetime) -> Plan:
    """What a run at `moment` would do.

    Raises:
        OpsdeskError: what the run itself would say of an export, a lake or a warehouse it cannot read.
    """
    given = parameters.values
    google = GoogleConnection.of(parameters.block("google"))
    lake = open_lake(given["lake"], google)
    target = open_warehouse(given["warehouse"], google, {"step": "dry-run"})
    with tempfile.TemporaryDirectory(prefix="opsdesk-") as folder:
        export, manifests = _after_ingest(given, lake, google, moment, Path(folder))
    plan = Plan(export, is_free=target.billed.is_free)
    loaded = _loaded(target)
    for name in sorted({*manifests, *loaded}):
        manifest = manifests.get(name)
        if not _within(name, given):
            continue
        if manifest and loaded.get(name) == manifest.fingerprint:
            plan.kept += 1
        else:
            rows, size = (manifest.rows, manifest.size) if manifest else (0, 0)
            plan.parts.append((name, rows, size, "load" if manifest else "remove"))
    if (
        plan.parts
        or export == DELTA
        or not publication_holds(target, given["as_of"], given["timezone"])
    ):
        _measure(
            plan,
            target,
            sum(manifest.size for manifest in manifests.values()),
            given["timezone"],
            moment,
        )
    return plan


def plan_lines(parameters: Parameters, plan: Plan) -> Iterator[str]:
    """The plan as lines to print."""
    yield f"Dry run of {project.shown(parameters.path)}: nothing is changed."
    yield f"Export: {plan.export}."
    if plan.export == DELTA:
        yield "Which months it changes is known once it is ingested; what follows is told of the lake as it is."
    rows, size = sum(part[1] for part in plan.parts), sum(part[2] for part in plan.parts)
    yield f"Load: {len(plan.parts)} of {len(plan.parts) + plan.kept} parts, {rows:,} rows, {in_units(size)}"
    for name, rows, size, action in plan.parts:
        yield f"  {name:<8} {rows:>12,} rows  {in_units(size):>12}  {action}"
    if plan.scanned is None:
        yield "Compute: nothing, the published tables hold."
    if plan.is_free:
        yield f"Cost: {NOTHING}."
        return
    if plan.scanned is not None:
        how = (
            "measured by BigQuery on the tables as they are"
            if plan.is_measured
            else "an estimate from the size of the lake"
        )
        yield f"Scan: about {in_units(plan.scanned)} billed ({how}; a query bills 10 MiB a table at least)"
    yield f"Cost: about {cost(plan.scanned or 0)} at {PRICE_PER_TIB} USD per TiB (list price on demand, US, since {PRICE_SINCE}); loading is free."


def _after_ingest(
    given: dict[str, str], lake: Lake, google: GoogleConnection, moment: datetime, work: Path
) -> tuple[str, dict[str, Manifest]]:
    """Whether the export is new, and the lake's manifests as they would be."""
    rules = read_mapping(given["mapping"])
    export = find_files(given["export"], google)
    people = find_files(given["agents"], google) if given["agents"] else []
    delivery = open_delivery(export, rules, people, given["export_kind"], work)
    at = moment.replace(tzinfo=None)
    if is_up_to_date(lake.record(), delivery.signature, at, lake):
        return SAME, lake.manifests()
    if given["export_kind"] == "delta":
        return DELTA, lake.manifests()
    scratch = open_lake(str(work / "lake"))
    ingest(export, rules, people, given["export_kind"], scratch, moment.isoformat())
    return NEW, scratch.manifests()


def _loaded(target: Warehouse) -> dict[str, str]:
    """Fingerprint by loaded part; nothing where there is no warehouse yet."""
    if not target.exists():
        return {}
    loads = target.loads()
    return dict(zip(loads["part"], loads["fingerprint"], strict=True))


def _within(name: str, given: dict[str, str]) -> bool:
    return name == "agents" or (given["first_month"] or name) <= name <= (
        given["last_month"] or name
    )


def _measure(
    plan: Plan, target: Warehouse, lake_bytes: int, timezone: str, moment: datetime
) -> None:
    if plan.is_free:
        plan.scanned = 0
        return
    from opsdesk.warehouse.bigquery.estimate import (
        estimate_load,
        estimate_transform,
        measure_transform,
    )

    measured = measure_transform(
        target, {"as_of": moment.replace(microsecond=0), "timezone": timezone}
    )
    plan.is_measured = measured is not None
    computed = estimate_transform(lake_bytes) if measured is None else measured
    plan.scanned = computed + sum(estimate_load(part[2]) for part in plan.parts)
