"""What looks wrong about an export as a whole, though each of its rows can be read."""

from collections.abc import Iterator

from opsdesk.ingest.alarm import loud_issues, percent
from opsdesk.ingest.kept_rows import KeptRows, StatusCount
from opsdesk.lake.lake import Record

FEWEST = 20  # tickets from which a share says something
MOSTLY = 0.8  # of a status's tickets have a resolved date: people use it for closed ones
HALF = 0.5
SHOWN = 60  # characters of a status, which is text of the export


def suspicions(
    kept: KeptRows, closed_statuses: tuple[str, ...], issues: dict[str, int], duplicates: int
) -> Record:
    """Return what to add to a lake's record: `suspicions` (sentences) and `issue_tickets`.

    `issues` counts the kept rows by code; `issue_tickets` has one ticket for each that is loud.
    `duplicates` counts the rows that are not the newest of their ticket_id, 0 where such are usual.
    """
    statuses = kept.statuses()
    rows = sum(status.tickets for status in statuses)
    closed = {status.lower() for status in closed_statuses}
    found = [
        *_few_ids(rows, duplicates),
        *_open_but_resolved(statuses, closed),
        *_inverted_flag(statuses),
    ]
    loud = loud_issues({"kept": rows, "issues": issues})
    tickets = {code: kept.first_with(code) for code in loud}
    return {"suspicions": found, "issue_tickets": tickets}


def _few_ids(tickets: int, duplicates: int) -> Iterator[str]:
    rows = tickets + duplicates
    if duplicates and duplicates >= HALF * rows:
        yield (
            f"{rows:,} rows have only {tickets:,} different ticket_ids, and of each the newest row "
            "counts: is ticket_id what tells tickets apart? (A spreadsheet rounds numbers of more "
            "than 15 digits, and formulas that were never computed are 0.)"
        )


def _open_but_resolved(statuses: list[StatusCount], closed: set[str]) -> Iterator[str]:
    named = [status for status in statuses if status.name is not None]
    if named and not closed:
        yield (
            "The mapping names no closed_statuses, so only a resolved date closes a ticket. "
            "A ticket that was closed without a date counts as open."
        )
    for status in named:
        name = str(status.name)
        if status.tickets < FEWEST or name.lower() in closed:
            continue
        if status.resolved >= MOSTLY * status.tickets:
            yield (
                f"The status {_shown(name)} is not among the mapping's closed_statuses, but "
                f"{status.resolved:,} of its {status.tickets:,} tickets "
                f"({percent(status.resolved / status.tickets)}) have a resolved date. If it means "
                "closed, add it: those without a date count as open now."
            )


def _inverted_flag(statuses: list[StatusCount]) -> Iterator[str]:
    judged = sum(status.judged for status in statuses)
    differ = sum(status.differ for status in statuses)
    if judged >= FEWEST and differ > HALF * judged:
        yield (
            f"The SLA flag contradicts the timestamps of {differ:,} of {judged:,} resolved tickets "
            f"with a target ({percent(differ / judged)}): it looks inverted. The timestamps "
            "decide; swap true and false under `values: sla_breached` of the mapping."
        )


def _shown(name: str) -> str:
    text = name if len(name) <= SHOWN else f"{name[:SHOWN]}…"
    return f'"{text}"'
