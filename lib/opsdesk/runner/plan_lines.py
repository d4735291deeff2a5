"""A plan as lines to print."""

from collections.abc import Iterator

from opsdesk import project
from opsdesk.config.parameters import Parameters
from opsdesk.runner.plan import DELTA, Plan
from opsdesk.warehouse.billing import NOTHING, PRICE_PER_TIB, PRICE_SINCE, cost, in_units

WHY_ALL = (
    "  All tables are computed from all months: as_of changes every open ticket, and a month with "
    "one is billed whole either way."
)


def plan_lines(parameters: Parameters, plan: Plan) -> Iterator[str]:
    """Return the plan as lines to print."""
    yield f"Dry run of {project.shown(parameters.path)}: nothing is changed."
    yield f"Export: {plan.export}."
    if plan.export == DELTA:
        yield (
            "Which months it changes is known once it is ingested; "
            "what follows describes the lake as it is."
        )
    yield from _load_lines(plan)
    if plan.scanned is None:
        yield "Compute: nothing, the published tables hold."
    yield from _cost_lines(plan)


def _load_lines(plan: Plan) -> Iterator[str]:
    rows = sum(part.rows for part in plan.parts)
    size = in_units(sum(part.bytes for part in plan.parts))
    count = len(plan.parts)
    yield f"Load: {count} of {count + plan.kept} parts, {rows:,} rows, {size}"
    for part in plan.parts:
        shown = in_units(part.bytes)
        yield f"  {part.name:<8} {part.rows:>12,} rows  {shown:>12}  {part.action}"


def _cost_lines(plan: Plan) -> Iterator[str]:
    if plan.is_free:
        yield f"Cost: {NOTHING}."
        return
    scanned = plan.scanned or 0
    if plan.scanned is not None:
        how = "an estimate from the size of the lake"
        if plan.is_measured:
            how = "measured by BigQuery on the tables as they are"
        least = "a query bills 10 MiB a table at least"
        yield f"Scan: about {in_units(scanned)} billed ({how}; {least})"
        yield WHY_ALL
    price = f"{PRICE_PER_TIB} USD per TiB (list price on demand, US, since {PRICE_SINCE})"
    yield f"Cost: about {cost(scanned)} at {price}; loading is free."
