"""Days to clear: how long the open tickets last at the pace of the last 28 days."""

import math
from dataclasses import dataclass

import pandas as pd

PERIOD_DAYS = 28  # four whole weeks, so that no weekday counts more often
YEAR = 365  # days; longer than that is said in years


@dataclass(frozen=True)
class Clearing:
    """The open tickets at the end of the last whole day, and the pace at which they become fewer.

    `net_outflow` is what was resolved less what was opened in 28 days. Where it is not known, `why`
    says so, and both numbers are 0.
    """

    backlog: int
    net_outflow: int
    why: str = ""

    @property
    def days(self) -> float | None:
        """Return how many days the backlog lasts; None where it does not shrink or is not known."""
        if self.why or (self.backlog and self.net_outflow <= 0):
            return None
        return self.backlog * PERIOD_DAYS / self.net_outflow if self.backlog else 0.0


def measure_clearing(days: pd.DataFrame) -> Clearing:
    """Return how long the open tickets last.

    In the burn-in the backlog only seems to grow, so none of the 28 days may be in it.

    Args:
        days: the result of `series.read_days`.
    """
    whole = days[~days["is_partial"]]
    month = whole.tail(PERIOD_DAYS)
    why = _why_not_known(month)
    if why:
        return Clearing(0, 0, why)
    net_outflow = int(month["outflow"].sum() - month["inflow"].sum())
    return Clearing(int(month["backlog_size"].iloc[-1]), net_outflow)


def days_to_clear(clearing: Clearing) -> str:
    """Return how long the backlog lasts, in a few words; "" where it is not known."""
    if clearing.why:
        return ""
    if clearing.days is None:
        return "grows" if clearing.net_outflow < 0 else "stays"
    if clearing.days > YEAR:
        return f"{clearing.days / YEAR:,.1f} years"
    days = math.ceil(clearing.days)
    return "1 day" if days == 1 else f"{days:,} days"


def _why_not_known(month: pd.DataFrame) -> str:
    if month.empty:
        return "no day is over yet"
    last = month.iloc[-1]
    if last["why_no_backlog"]:
        return "this export looks filtered by closing date"
    if pd.notna(last["intake_until"]):
        return f"intake ends on {last['intake_until']:%Y-%m-%d}"
    if len(month) < PERIOD_DAYS or month["ops_date"].iloc[0] <= last["burn_in_until"]:
        return f"fewer than {PERIOD_DAYS} days after the burn-in are over"
    return ""
