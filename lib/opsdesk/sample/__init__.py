"""A made-up ticket export of any size in the seed schema: the same arguments give the same bytes on any machine.

`tickets` draws the tickets, `dirt` spoils 2 % of them in every way ingest has a name for, `agents` names the people.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.sample.agents import agents_csv, count_agents
from opsdesk.sample.dirt import CYCLE, ISSUES, REJECTED, soil
from opsdesk.sample.tickets import COLUMNS, Plan, draw_tickets

CHUNK = 50 * CYCLE  # tickets held in memory at a time
PERIODS = (  # from so many tickets on: first day, days; all end before 2025, so that nothing lies in the future
    (10_000_000, date(2020, 1, 1), 1827),
    (1_000_000, date(2022, 1, 1), 1096),
    (30_000, date(2023, 1, 1), 731),
    (0, date(2023, 1, 1), 181),
)


@dataclass(frozen=True)
class SampleSummary:
    """What `write_sample` wrote: the files, data rows of the export, and the rows spoiled by kind of dirt."""

    export: Path
    agents: Path
    start: date
    days: int
    tickets: int
    rows: int
    planted: dict[str, int]

    @property
    def rejected(self) -> dict[str, int]:
        """Rows that ingest must reject, by reason."""
        return self._counts(REJECTED)

    @property
    def issues(self) -> dict[str, int]:
        """Rows that ingest must keep with an issue noted, by issue."""
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
    """Writes ops_tickets.csv and agents_master.csv into `folder`, which is made where it is missing.

    Without `start` and `days` the period follows the number of tickets: 2023-01-01 to 2023-06-30 below 30,000; to the
    end of 2024 two years below a million, three below ten million, else five. What is not resolved by its end is open.

    Raises:
        OpsdeskError: no tickets, no days, or a folder that cannot be written.
    """
    usual_start, usual_days = usual_period(tickets)
    plan = Plan(
        tickets, start or usual_start, usual_days if days is None else days, count_agents(tickets)
    )
    if plan.tickets < 1 or plan.days < 1:
        raise OpsdeskError(
            f"A sample needs at least one ticket and one day, got {plan.tickets} and {plan.days}."
        )
    export, agents = folder / "ops_tickets.csv", folder / "agents_master.csv"
    planted: Counter[str] = Counter()
    rows = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        agents.write_text(agents_csv(plan), encoding="utf-8", newline="\n")
        with export.open("w", encoding="utf-8", newline="\n") as file:
            file.write(",".join(COLUMNS) + "\n")
            for lines in _chunks(plan, planted):
                file.write("\n".join(lines) + "\n")
                rows += len(lines)
    except OSError as error:
        raise OpsdeskError(
            f"Cannot write the sample into {folder}: {error.strerror or error}."
        ) from None
    return SampleSummary(export, agents, plan.start, plan.days, tickets, rows, dict(planted))


def usual_period(tickets: int) -> tuple[date, int]:
    """First day and number of days of a sample of so many tickets."""
    return next((start, days) for least, start, days in PERIODS if tickets >= least or not least)


def _chunks(plan: Plan, planted: Counter[str]) -> Iterator[list[str]]:
    """The data lines, some thousand at a time; counts the spoiled ones in `planted`."""
    for first in range(0, plan.tickets, CHUNK):
        rows = draw_tickets(plan, first, min(first + CHUNK, plan.tickets))
        yield soil(rows, first, planted)
