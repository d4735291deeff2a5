"""The frames that a notebook shows of estimates: few rows, columns in the order of reading."""

import pandas as pd

from opsdesk.foresight.checks import BACKLOG, BREACH
from opsdesk.foresight.published import Foresight

WEEK = 7
PAST_DAYS = 84  # of the backlog, next to its forecast
BANDS = ["lo80", "hi80", "lo95", "hi95"]


def breach_checks(foresight: Foresight | None) -> pd.DataFrame:
    """Return how good the probabilities were, per horizon; empty where none could be tested."""
    columns = ["cases", "skill", "simple_skill", "auc", "calibration_error"]
    return _checks(foresight, BREACH, columns)


def backlog_checks(foresight: Foresight | None) -> pd.DataFrame:
    """Return how far off the forecast was, per horizon; empty where none could be tested."""
    columns = ["cases", "error", "simple_error", "coverage80", "coverage95"]
    return _checks(foresight, BACKLOG, columns)


def calibration(foresight: Foresight | None, horizon: int = 28) -> pd.DataFrame:
    """Return one row per tenth of the probability: what was expected of its tickets, what came."""
    if foresight is None or not foresight.shows_breach:
        return pd.DataFrame()
    rows = foresight.calibration
    rows = rows[rows["horizon_days"] == horizon]
    return pd.DataFrame(
        {
            "given": [f"{tenth}0 to {tenth + 1}0%" for tenth in rows["tenth"]],
            "tickets": rows["tickets"].to_numpy(),
            "expected_share": (rows["expected"] / rows["tickets"]).to_numpy(),
            "breached_share": (rows["breached"] / rows["tickets"]).to_numpy(),
        }
    )


def forecast_weeks(foresight: Foresight | None) -> pd.DataFrame:
    """Return the forecast at the end of each of the four weeks ahead, with its bands."""
    if foresight is None or foresight.forecast.empty:
        return pd.DataFrame()
    ends = foresight.forecast.iloc[WEEK - 1 :: WEEK]
    return ends[["ops_date", "backlog_size", *BANDS]]


def past_days(days: pd.DataFrame, foresight: Foresight | None) -> pd.DataFrame:
    """Return the last days of the backlog up to the day before the forecast begins."""
    if foresight is None or foresight.forecast.empty:
        return pd.DataFrame()
    first = foresight.forecast["ops_date"].iloc[0]
    known = days[["ops_date", "backlog_size"]].assign(ops_date=pd.to_datetime(days["ops_date"]))
    past: pd.DataFrame = known[known["ops_date"] < first].sort_values("ops_date")
    return past.tail(PAST_DAYS)


def forecast_days(foresight: Foresight | None) -> pd.DataFrame:
    """Return the rows of backlog_forecast; empty where no forecast is shown."""
    return pd.DataFrame() if foresight is None else foresight.forecast


def _checks(foresight: Foresight | None, estimate: str, columns: list[str]) -> pd.DataFrame:
    if foresight is None:
        return pd.DataFrame()
    rows = foresight.checks
    is_it = (rows["estimate"] == estimate) & (rows["cases"] > 0)
    return rows[is_it][["horizon_days", *columns]]
