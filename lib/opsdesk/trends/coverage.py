"""Coverage: how far the published tables reach, and from which day on their backlog can be read."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_zone
from opsdesk.trends.burn_in import burn_in_days, shares_still_open
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

DAY = pd.Timedelta(days=1)
SECOND = pd.Timedelta(seconds=1)  # times in exports are whole seconds


@dataclass(frozen=True)
class Coverage:
    """How far the published tables reach; every date and time is wall time in `timezone`.

    `burn_in_days` is None when the export is too short to tell; then the burn-in is all of it.
    `tail_share` is the share of tickets that are open for longer than the export is long.
    """

    timezone: str
    as_of: pd.Timestamp
    first_day: pd.Timestamp
    last_day: pd.Timestamp
    open_tickets: int
    burn_in_days: int | None
    tail_share: float

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
    span = ask(warehouse, "span").iloc[0]
    first_day = pd.Timestamp(span["first_day"])
    last_day = pd.Timestamp(span["last_day"])
    resolved = ask(warehouse, "resolved_after")
    still_open = ask(warehouse, "open_since")
    shares = shares_still_open(resolved, still_open)
    return Coverage(
        timezone=run["timezone"],
        as_of=_wall_time(run["as_of"], run["timezone"]),
        first_day=first_day,
        last_day=last_day,
        open_tickets=int(still_open["tickets"].sum()),
        burn_in_days=burn_in_days(shares, (last_day - first_day).days + 1),
        tail_share=0.0 if shares.empty else float(shares.iloc[-1]),
    )


def describe_coverage(coverage: Coverage) -> pd.DataFrame:
    """Return what a reader must know before believing a chart: one row per fact, in words."""
    as_of = f"{coverage.as_of:%Y-%m-%d %H:%M:%S} ({coverage.timezone})"
    tail = "Open longer than the export is; older ones of that kind are never seen."
    rows = {
        "Known until": (as_of, "Nothing after it counts."),
        "Last day": (_day(coverage.last_day), _last_day(coverage)),
        "First day": (
            _day(coverage.first_day),
            "Tickets opened before it are not in the export.",
        ),
        "Burn-in until": (_day(coverage.burn_in_until), _burn_in(coverage)),
        "Slow tail": (f"{coverage.tail_share:.1%} of tickets", tail),
        "Open tickets": (f"{coverage.open_tickets:,} tickets", _open_tickets(coverage)),
    }
    columns = ["value", "what it means"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(columns="coverage")


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


def _open_tickets(coverage: Coverage) -> str:
    if coverage.open_tickets == 0:
        return (
            "None at all: an export filtered by closing date looks like this, "
            "and has no backlog to show."
        )
    return "Open as known at that time, whatever their status says."


def _wall_time(instant: datetime, timezone: str) -> pd.Timestamp:
    stamp = pd.Timestamp(instant)
    if stamp.tzinfo is None:  # an instant in the ledger is in UTC
        stamp = stamp.tz_localize("UTC")
    return stamp.tz_convert(read_zone(timezone)).tz_localize(None)
