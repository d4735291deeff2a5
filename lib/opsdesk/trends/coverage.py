"""Coverage: how far the published tables reach, and what they cannot know."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_zone
from opsdesk.trends.burn_in import burn_in_days, shares_still_open
from opsdesk.trends.limits import find_closing_start, find_intake_end, typical_days
from opsdesk.trends.questions import ask
from opsdesk.trends.sentences import about_filter, about_promises
from opsdesk.warehouse.open import Warehouse

DAY = pd.Timedelta(days=1)
SECOND = pd.Timedelta(seconds=1)  # times in exports are whole seconds


@dataclass(frozen=True)
class Coverage:
    """How far the published tables reach; every date and time is wall time in `timezone`.

    `burn_in_days` is None when the export is too short to tell; then the burn-in is all of it.
    `tail_share` is the share of tickets that are open for longer than the export is long.

    `closed_from` is the first day of a filter by closing date, `intake_until` the day on which
    intake ends while tickets are resolved until `resolved_until`; None where there is no such day.
    `with_target` and `judged` are the tickets with a deadline, and those met or breached.
    """

    timezone: str
    as_of: pd.Timestamp
    first_day: pd.Timestamp
    last_day: pd.Timestamp
    open_tickets: int
    burn_in_days: int | None
    tail_share: float
    tickets: int
    with_target: int
    judged: int
    closed_from: pd.Timestamp | None = None
    intake_until: pd.Timestamp | None = None
    resolved_until: pd.Timestamp | None = None

    @property
    def is_last_day_partial(self) -> bool:
        """Whether as_of is before the last second of its day."""
        return self.as_of < self.last_day + DAY - SECOND

    @property
    def burn_in_until(self) -> pd.Timestamp:
        """The last day of the burn-in."""
        if self.burn_in_days is None:
            return self.last_day
        until = self.first_day + (self.burn_in_days - 1) * DAY
        return min(until, self.last_day)  # it can be estimated as longer than the export


def read_coverage(warehouse: Warehouse) -> Coverage:
    """Return the coverage of the tables published last.

    Raises:
        OpsdeskError: nothing is published yet.
    """
    runs = warehouse.runs()
    if runs.empty:
        raise OpsdeskError(f"Nothing is published in {warehouse.url} yet: run 03_transform first.")
    run = runs.iloc[-1]  # published last, whenever it was started
    flows = ask(warehouse, "flows")
    flows["ops_date"] = pd.to_datetime(flows["ops_date"])
    promises = ask(warehouse, "promises").iloc[0]
    first_day = flows["ops_date"].min()
    last_day = flows["ops_date"].max()
    resolved = ask(warehouse, "resolved_after")
    still_open = ask(warehouse, "open_since")
    open_tickets = int(still_open["tickets"].sum())
    shares = shares_still_open(resolved, still_open)
    closed_from = find_closing_start(flows, open_tickets, typical_days(resolved))
    return Coverage(
        timezone=run["timezone"],
        as_of=_wall_time(run["as_of"], run["timezone"]),
        first_day=first_day,
        last_day=last_day,
        open_tickets=open_tickets,
        burn_in_days=burn_in_days(shares, (last_day - first_day).days + 1),
        tail_share=0.0 if shares.empty else float(shares.iloc[-1]),
        tickets=int(promises["tickets"]),
        with_target=int(promises["with_target"]),
        judged=int(promises["judged"]),
        closed_from=closed_from,
        intake_until=find_intake_end(flows) if closed_from is None else None,
        resolved_until=flows["ops_date"][flows["outflow"] > 0].max(),
    )


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


def _wall_time(instant: datetime, timezone: str) -> pd.Timestamp:
    stamp = pd.Timestamp(instant)
    if stamp.tzinfo is None:  # an instant in the ledger is in UTC
        stamp = stamp.tz_localize("UTC")
    return stamp.tz_convert(read_zone(timezone)).tz_localize(None)
