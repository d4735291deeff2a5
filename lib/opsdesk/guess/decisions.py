"""What a person must decide, because no cell and no header does."""

from collections.abc import Iterator

from opsdesk.guess import shown
from opsdesk.guess.findings import Findings
from opsdesk.guess.format_choice import Times
from opsdesk.guess.mapping_text import EXAMPLE_OF_SLA


def decisions(found: Findings) -> Iterator[str]:
    """Yield in sentences what no cell and no header decides."""
    for target in found.in_doubt:
        for times in found.times_of(target):
            if times.rivals:
                yield _day_or_month(found, target, times)
    for target in found.sources:
        for times in found.times_of(target):
            if times.also:
                yield _also(found, target, times)
    if found.needs_zone:
        yield (
            "The zone of the times: they name none, and UTC is written for now. Set `timezone` in "
            "the params file, such as Europe/Berlin."
        )
    if found.needs_days:
        yield (
            "Where a day begins in the tables: UTC is written for now. Set `timezone` in the "
            "params file to the zone that your team works in."
        )
    if not {"sla_hours", "due_at"} & found.sources.keys() and not _has_hours(found):
        yield (
            f"The SLA targets: no column has any. To give some, write into {_mapping(found)}: "
            f"{EXAMPLE_OF_SLA}"
        )
    unknown = [one.text for one in found.priorities if not one.ours]
    if unknown:
        listed = ", ".join(map(shown.cell, unknown[:5]))
        yield f"What these priorities mean: {listed} (`values:` in the mapping translates them)."
    if found.no_work:
        listed = ", ".join(map(shown.cell, (one.text for one in found.no_work)))
        yield f"Whether these tickets count: {listed} (`exclude:` in the mapping leaves them out)."


def _has_hours(found: Findings) -> bool:
    return bool(found.form and found.form.mapping.sla_hours_by_priority)


def _day_or_month(found: Findings, target: str, times: Times) -> str:
    column = found.table.columns[times.place]
    first, second = times.rivals[0]
    examples = ", ".join(map(shown.cell, column.examples))
    return (
        f"Day first or month first in {shown.name(column.name)}: {examples}. Write {first} or "
        f"{second} for {target} under `timestamps:` in the mapping; until then a run refuses it."
    )


def _also(found: Findings, target: str, times: Times) -> str:
    column = found.table.columns[times.place]
    examples = ", ".join(map(shown.cell, column.examples))
    return (
        f"Whether {shown.name(column.name)} is {times.formats[0]}, as this form has it, or "
        f"{times.also}: every cell fits both: {examples}."
    )


def _mapping(found: Findings) -> str:
    if found.form and not found.adapted:
        return f"a copy of {found.form.mapping.shown} (and name it as `mapping` in the params file)"
    return "the mapping"
