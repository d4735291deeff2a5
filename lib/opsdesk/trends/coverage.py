"""What the data cannot know: how far it reaches, and the days before which older open tickets are missing."""

from dataclasses import dataclass

import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.open import Warehouse

SETTLED_SHARE = 0.8 - 1e-9  # of the stock that the export can show; exactly four fifths count
HALF = 0.5  # still open at the end of the export: then it is too short to tell
DAY = pd.Timedelta(days=1)
SECOND = pd.Timedelta(seconds=1)

RESOLVED_AFTER = """
SELECT CAST(FLOOR(COALESCE(resolution_hours_clean, 0) / 24) AS INT64) AS days, COUNT(*) AS tickets
FROM fact_tickets WHERE is_resolved GROUP BY 1
"""
STILL_OPEN_AFTER = """
SELECT CAST(FLOOR(hours_open / 24) AS INT64) AS days, COUNT(*) AS tickets
FROM fact_tickets WHERE NOT is_resolved GROUP BY 1
"""


@dataclass(frozen=True)
class Limits:
    """How far the published tables reach; every date and time is wall time in `timezone`.

    `burn_in_days` is None when the export is too short to tell, and then the burn-in is the whole of it.
    `tail_share` is the share of tickets that are still open after as many days as the export reaches back.
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
        """Whether as_of falls before the last second of its day."""
        return self.as_of < self.last_day + DAY - SECOND

    @property
    def burn_in_until(self) -> pd.Timestamp:
        """The last day of the burn-in."""
        if self.burn_in_days is None:
            return self.last_day
        return min(self.first_day + (self.burn_in_days - 1) * DAY, self.last_day)


def read_limits(warehouse: Warehouse) -> Limits:
    """The limits of the tables published last.

    Raises:
        OpsdeskError: nothing was published yet.
    """
    runs = warehouse.runs()
    if runs.empty:
        raise OpsdeskError(f"Nothing is published in {warehouse.url} yet: run 03_transform first.")
    run = runs.iloc[-1]
    days = warehouse.query(
        "SELECT MIN(ops_date) AS first_day, MAX(ops_date) AS last_day FROM backlog_daily"
    ).iloc[0]
    resolved, still_open = warehouse.query(RESOLVED_AFTER), warehouse.query(STILL_OPEN_AFTER)
    shares = shares_still_open(resolved, still_open)
    first_day, last_day = pd.Timestamp(days["first_day"]), pd.Timestamp(days["last_day"])
    return Limits(
        timezone=run["timezone"],
        as_of=_wall_time(run["as_of"], run["timezone"]),
        first_day=first_day,
        last_day=last_day,
        open_tickets=int(still_open["tickets"].sum()),
        burn_in_days=burn_in_days(shares, (last_day - first_day).days + 1),
        tail_share=float(shares.iloc[-1]) if len(shares) else 0.0,
    )


def shares_still_open(resolved: pd.DataFrame, still_open: pd.DataFrame) -> pd.Series:
    """The share of tickets still open after so many whole days (the index) since they were opened.

    A ticket that is still open counts for as long as it was watched (the estimator of Kaplan and Meier, 1958), so that
    a young export does not pass for a fast desk.

    Args:
        resolved: days (whole days to the resolution) and tickets, one row a number of days.
        still_open: days (whole days open so far) and tickets, one row a number of days.
    """
    counts = {
        "resolved": resolved.set_index("days")["tickets"],
        "watched": still_open.set_index("days")["tickets"],
    }
    tickets = pd.DataFrame(counts).astype("float64").fillna(0.0).sort_index()
    at_risk = tickets.sum(axis="columns")[::-1].cumsum()[::-1]
    shares = (
        (1 - tickets["resolved"] / at_risk).cumprod().round(9)
    )  # four of five is a fifth left, not 0.19999
    return shares.set_axis(shares.index + 1)


def burn_in_days(shares: pd.Series, horizon: int) -> int | None:
    """The days from the first on in which the export shows too small a backlog; None if it is too short to tell.

    An export knows the tickets opened since its first day. Those open by then already are missing, so the stock seems
    to start at 0 and grows even where the desk keeps pace. Were as many tickets opened every day, N days after the
    start the stock would be a day's tickets times the sum of their shares still open after 0, 1, ... N - 1 days.
    Burn-in is over when that sum is four fifths of what it is after `horizon` days, the length of the export. (Not
    when four of five *tickets* would be resolved: the stock is made of the slow ones.) What outlives the export
    itself nobody can see, so the backlog stays a lower bound after it too; `Limits.tail_share` is its share.
    """
    if shares.empty or shares.iloc[-1] >= HALF:
        return None
    after = shares.reindex(range(horizon)).ffill()
    after[0] = 1.0
    stock = after.ffill().cumsum()
    settled = stock[stock >= (SETTLED_SHARE * stock.iloc[-1])]
    return int(settled.index[0]) + 1


def describe_limits(limits: Limits) -> pd.DataFrame:
    """What a reader must know before believing a chart: one row a limit, in words."""
    rows = {
        "Known until": (
            f"{limits.as_of:%Y-%m-%d %H:%M:%S} ({limits.timezone})",
            "Nothing after it counts.",
        ),
        "Last day": (f"{limits.last_day:%Y-%m-%d}", _last_day(limits)),
        "First day": (
            f"{limits.first_day:%Y-%m-%d}",
            "Tickets opened before it are not in the export.",
        ),
        "Burn-in until": (f"{limits.burn_in_until:%Y-%m-%d}", _burn_in(limits)),
        "Slow tail": (
            f"{limits.tail_share:.1%} of tickets",
            "Open longer than the export is; older ones of that kind are never seen.",
        ),
        "Open tickets": (f"{limits.open_tickets:,} tickets", _open_tickets(limits)),
    }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["value", "what it means"]
    ).rename_axis(columns="limit")


def _last_day(limits: Limits) -> str:
    return "Not over yet: its counts will grow." if limits.is_last_day_partial else "A whole day."


def _burn_in(limits: Limits) -> str:
    if limits.burn_in_days is None:
        return "The export is too short to tell: older open tickets may be missing on every day."
    return "Until then the backlog looks smaller and younger than it was: older open tickets are missing."


def _open_tickets(limits: Limits) -> str:
    if limits.open_tickets == 0:
        return "None at all: an export filtered by closing date looks like this, and has no backlog to show."
    return "Open as known at that time, whatever their status says."


def _wall_time(instant: object, timezone: str) -> pd.Timestamp:
    stamp = pd.Timestamp(instant)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp
    return stamp.tz_convert(timezone).tz_localize(None)
