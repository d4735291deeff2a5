"""Coverage: how far the published tables reach, and what they cannot know."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_zone
from opsdesk.trends.burn_in import burn_in_days, shares_still_open
from opsdesk.trends.limits import find_closing_start, find_intake_end, find_silence, typical_days
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse
from opsdesk.warehouse.versions import refuse_other_version

DAY = pd.Timedelta(days=1)
SECOND = pd.Timedelta(seconds=1)  # times in exports are whole seconds


@dataclass(frozen=True)
class Coverage:
    """How far the published tables reach; every date and time is wall time in `timezone`.

    `burn_in_days` is None when the export is too short to tell; then the burn-in is all of it.
    `tail_share` is the share of tickets that are open for longer than the export is long.

    `closed_from` is the first day of a filter by closing date, `intake_until` the day on which
    intake ends while tickets are resolved until `resolved_until`, `silent_since` the last day with
    any event where as_of is long after it; None where there is no such day.
    `with_target` and `judged` are the tickets with a deadline, and those met or breached;
    `responded` are those with a first response whose time of day is known.
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
    responded: int
    closed_from: pd.Timestamp | None = None
    intake_until: pd.Timestamp | None = None
    resolved_until: pd.Timestamp | None = None
    silent_since: pd.Timestamp | None = None

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
        OpsdeskError: nothing is published yet, or by another version whose tables lack columns.
    """
    runs = warehouse.runs()
    if runs.empty:
        raise OpsdeskError(f"Nothing is published in {warehouse.url} yet: run 03_transform first.")
    run = runs.iloc[-1]  # published last, whenever it was started
    refuse_other_version(
        warehouse, str(run["parameters"]), "run 02_backfill and 03_transform first"
    )
    flows = ask(warehouse, "flows")
    flows["ops_date"] = pd.to_datetime(flows["ops_date"])
    known = ask(warehouse, "known").iloc[0]
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
        tickets=int(known["tickets"]),
        with_target=int(known["with_target"]),
        judged=int(known["judged"]),
        responded=int(known["responded"]),
        closed_from=closed_from,
        intake_until=find_intake_end(flows) if closed_from is None else None,
        resolved_until=flows["ops_date"][flows["outflow"] > 0].max(),
        silent_since=find_silence(flows),
    )


def last_whole_day(coverage: Coverage) -> pd.Timestamp:
    """Return the last day that is over, in the span in which the export can be judged.

    It is the day before the first one where no day is over yet.
    """
    last = coverage.last_day - DAY if coverage.is_last_day_partial else coverage.last_day
    return last if coverage.intake_until is None else min(last, coverage.intake_until)


def _wall_time(instant: datetime, timezone: str) -> pd.Timestamp:
    stamp = pd.Timestamp(instant)
    if stamp.tzinfo is None:  # an instant in the ledger is in UTC
        stamp = stamp.tz_localize("UTC")
    return stamp.tz_convert(read_zone(timezone)).tz_localize(None)
