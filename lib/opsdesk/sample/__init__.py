"""A made-up ticket export of any size in the seed schema: equal arguments, equal bytes.

Read this file, then `plan` (how busy), `tickets` (what comes) with `cells` and `phrases` (as
texts), `dirt` (2 % are spoiled in every way that ingest has a name for) and `agents`. `chance` is
where randomness comes from.

May import: `marks` and the ground.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.marks.folder import claim_folder
from opsdesk.sample.agents import agents_csv, count_agents
from opsdesk.sample.dirt import CYCLE, ISSUES, REJECTED, spoil
from opsdesk.sample.plan import Plan
from opsdesk.sample.tickets import COLUMNS, draw_tickets

CHUNK = 50 * CYCLE  # tickets in memory at a time
# From that many tickets on: first day, number of days. All end before 2025: none is in the future.
PERIODS = (
    (10_000_000, date(2020, 1, 1), 1827),
    (1_000_000, date(2022, 1, 1), 1096),
    (30_000, date(2023, 1, 1), 731),
    (0, date(2023, 1, 1), 181),
)


@dataclass(frozen=True)
class SampleSummary:
    """What `write_sample` wrote: files, data rows of the export, spoiled rows by kind of dirt."""

    export: Path
    agents: Path
    start: date
    days: int
    tickets: int
    rows: int
    planted: dict[str, int]

    @property
    def rejected(self) -> dict[str, int]:
        """Return the rows that ingest must reject, by reason."""
        return self._counts(REJECTED)

    @property
    def issues(self) -> dict[str, int]:
        """Return the rows that ingest must note an issue for, by issue."""
        return self._counts(ISSUES)

    def _counts(self, names: dict[str, str]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for kind, rows in self.planted.items():
            if kind in names:
                counts[names[kind]] += rows
        return dict(counts)


def write_sample(
    folder: Path, tickets: int, start: date | None = None, days: int | None = None
) -> SampleSummary:
    """Write ops_tickets.csv and agents_master.csv into `folder`, which is made where it is missing.

    Without `start` and `days` the period follows the number of tickets: 2023-01-01 to 2023-06-30
    below 30,000; to the end of 2024 two years below a million, three below ten million, else five.
    What is not resolved by its end is open.

    Raises:
        OpsdeskError: no tickets, no days, or a folder that cannot be written or holds other files.
    """
    plan = _plan(tickets, start, days)
    export = folder / "ops_tickets.csv"
    agents = folder / "agents_master.csv"
    planted: Counter[str] = Counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        claim_folder(folder, "sample")  # a real export has the same name
        agents.write_text(agents_csv(plan), encoding="utf-8", newline="\n")
        rows = _write_export(export, plan, planted)
    except OSError as error:
        raise OpsdeskError(
            f"Cannot write the sample into {folder}: {error.strerror or error}."
        ) from None
    return SampleSummary(export, agents, plan.start, plan.days, tickets, rows, dict(planted))


def usual_period(tickets: int) -> tuple[date, int]:
    """Return first day and number of days of a sample of that many tickets."""
    return next((start, days) for least, start, days in PERIODS if tickets >= least or not least)


def _plan(tickets: int, start: date | None, days: int | None) -> Plan:
    usual_start, usual_days = usual_period(tickets)
    if days is None:
        days = usual_days
    if tickets < 1 or days < 1:
        raise OpsdeskError(
            f"A sample needs at least one ticket and one day, got {tickets} and {days}."
        )
    return Plan(tickets, start or usual_start, days, count_agents(tickets))


def _write_export(path: Path, plan: Plan, planted: Counter[str]) -> int:
    """Write the export and return its data rows; count the spoiled ones in `planted`."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(COLUMNS) + "\n")
        for lines in _chunks(plan, planted):
            file.write("\n".join(lines) + "\n")
            count += len(lines)
    return count


def _chunks(plan: Plan, planted: Counter[str]) -> Iterator[list[str]]:
    """Yield the data lines, some thousand at a time; count the spoiled ones in `planted`."""
    for first in range(0, plan.tickets, CHUNK):
        rows = draw_tickets(plan, first, min(first + CHUNK, plan.tickets))
        yield spoil(rows, first, planted)
