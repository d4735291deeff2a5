"""Coverage in words: the table that a reader must see before believing a chart."""

import pandas as pd

from opsdesk.trends.coverage import Coverage
from opsdesk.trends.sentences import about_filter, about_promises


def describe_coverage(coverage: Coverage) -> pd.DataFrame:
    """Return what a reader must know before believing a chart: one row per fact, in words."""
    as_of = f"{coverage.as_of:%Y-%m-%d %H:%M:%S} ({coverage.timezone})"
    rows = {
        "Known until": (as_of, "Nothing after it counts."),
        "Last day": (_day(coverage.last_day), _last_day(coverage)),
        "First day": (
            _day(coverage.first_day),
            "Tickets opened before it are not in the export.",
        ),
        **_about_stock(coverage),
        "With an SLA target": (_share_with_target(coverage), _targets(coverage)),
    }
    columns = ["value", "what it means"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(columns="coverage")


def _about_stock(coverage: Coverage) -> dict[str, tuple[str, str]]:
    """Return what is known of the open tickets; of a filter by closing date, only that."""
    if coverage.closed_from is not None:
        first = _day(coverage.closed_from)
        return {"Filtered by closing date": (f"from {first}", about_filter(coverage))}
    rows = {}
    if coverage.intake_until is not None:
        until = f"{coverage.resolved_until:%Y-%m-%d}"
        meaning = f"No ticket is opened after it, while tickets are resolved until {until}."
        rows["Intake ends"] = (_day(coverage.intake_until), meaning)
    tail = "Open longer than the export is; older ones of that kind are never seen."
    return rows | {
        "Burn-in until": (_day(coverage.burn_in_until), _burn_in(coverage)),
        "Slow tail": (f"{coverage.tail_share:.1%} of tickets", tail),
        "Open tickets": (_tickets(coverage.open_tickets), _open_tickets(coverage)),
    }


def _day(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"


def _last_day(coverage: Coverage) -> str:
    if coverage.is_last_day_partial:
        return "Not over yet: its counts will grow."
    return "A whole day."


def _burn_in(coverage: Coverage) -> str:
    if coverage.burn_in_days is None:
        return "The export is too short to tell: older open tickets may be missing on every day."
    return (
        "Until then the backlog looks smaller and younger than it was: "
        "older open tickets are missing."
    )


def _tickets(number: int) -> str:
    return "1 ticket" if number == 1 else f"{number:,} tickets"


def _open_tickets(coverage: Coverage) -> str:
    if coverage.open_tickets == 0:
        return "None: every ticket in the export is resolved."
    return "Open as known at that time, whatever their status says."


def _share_with_target(coverage: Coverage) -> str:
    if not coverage.with_target:
        return "no ticket"
    return f"{coverage.with_target / coverage.tickets:.1%} of tickets"


def _targets(coverage: Coverage) -> str:
    if coverage.with_target:
        return "Only these can be past due, and only these can keep or miss a deadline."
    return _without_markup(about_promises(coverage))


def _without_markup(sentence: str) -> str:
    """Return Markdown as a cell of a table shows it."""
    return sentence.replace("`", "").replace("*", "")
