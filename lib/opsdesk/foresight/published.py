"""What is published of estimates, read only where it belongs to the publication that is shown."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from opsdesk.foresight.checks import BACKLOG, BREACH
from opsdesk.foresight.questions import ask
from opsdesk.warehouse.open import Warehouse

SOON = timedelta(days=7)
DATES = ("ops_date", "origin_date")


@dataclass(frozen=True)
class Expected:
    """The open tickets with a probability, and the sums of it: due within 28 and within 7 days."""

    tickets: int
    breaches: float
    tickets_soon: int
    breaches_soon: float


@dataclass(frozen=True)
class Foresight:
    """The estimates of one publication.

    `checks` has the rows of foresight_checks. `forecast` is empty where no forecast is shown, and
    `expected` is None where no probability is.
    """

    checks: pd.DataFrame
    forecast: pd.DataFrame
    backtest: pd.DataFrame
    origins: pd.DataFrame
    calibration: pd.DataFrame
    expected: Expected | None

    def check(self, estimate: str, horizon: int) -> pd.Series:
        """Return the check of an estimate at a horizon, in days."""
        rows = self.checks
        is_it = (rows["estimate"] == estimate) & (rows["horizon_days"] == horizon)
        return rows[is_it].iloc[0]

    @property
    def shows_breach(self) -> bool:
        """Return whether probabilities are shown."""
        return bool(self.check(BREACH, 28)["is_shown"])

    @property
    def shows_backlog(self) -> bool:
        """Return whether the forecast is shown."""
        return bool(self.check(BACKLOG, 28)["is_shown"])


def belongs(warehouse: Warehouse) -> bool:
    """Return whether the estimates were made from what was published last.

    Raises:
        OpsdeskError: there is no warehouse yet.
    """
    found = warehouse.estimated()
    if found.empty:
        return False
    row = found.iloc[0]
    run = warehouse.runs().iloc[-1]
    return (row["run_id"], row["fingerprint"]) == (run["run_id"], run["fingerprint"])


def read_foresight(warehouse: Warehouse) -> Foresight | None:
    """Return the estimates of what was published last; None where there are none of it.

    Raises:
        OpsdeskError: the warehouse cannot be read.
    """
    with warehouse.reading():
        if not belongs(warehouse):
            return None
        foresight = Foresight(
            checks=_read(warehouse, "foresight_checks", ["estimate", "horizon_days"]),
            forecast=_read(warehouse, "backlog_forecast", ["ops_date"]),
            backtest=_read(warehouse, "forecast_backtest", ["origin_date", "horizon_days"]),
            origins=_read(warehouse, "risk_backtest", ["horizon_days", "origin_date"]),
            calibration=_read(warehouse, "risk_calibration", ["horizon_days", "tenth"]),
            expected=_read_expected(warehouse),
        )
        # A publication at the same time would leave rows of one next to those of the other.
        return foresight if belongs(warehouse) else None


def read_likeliest(warehouse: Warehouse, places: int = 10) -> pd.DataFrame:
    """Return the tickets that are most likely to breach: the likeliest first."""
    if not belongs(warehouse):
        return pd.DataFrame()
    return ask(warehouse, "likeliest", places=places)


def with_probability(warehouse: Warehouse, tickets: pd.DataFrame) -> pd.DataFrame:
    """Return tickets with their probability of breach in the last column, NaN without one.

    Where no probability is published of them, they stay as they are. Their order stays.
    """
    if tickets.empty or not belongs(warehouse):
        return tickets
    known = ask(warehouse, "probabilities").set_index("ticket_id")["probability"]
    if known.empty:
        return tickets
    return tickets.assign(probability=tickets["ticket_id"].map(known))


def _read(warehouse: Warehouse, name: str, order: list[str]) -> pd.DataFrame:
    rows = warehouse.table(name).sort_values(order, ignore_index=True)
    dates = {column: pd.to_datetime(rows[column]) for column in DATES if column in rows}
    return rows.assign(**dates)


def _read_expected(warehouse: Warehouse) -> Expected | None:
    as_of = warehouse.runs().iloc[-1]["as_of"].to_pydatetime()
    row = ask(warehouse, "expected_breaches", soon=as_of + SOON).iloc[0]
    if not row["tickets"]:
        return None
    return Expected(
        int(row["tickets"]),
        float(row["expected"]),
        int(row["tickets_soon"]),
        float(row["expected_soon"]),
    )
