"""The forecast of the backlog: its rows, those of its back-test, and whether it is shown."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from opsdesk.foresight.backlog_backtest import LEAST_ORIGINS, Outlooks, look_ahead
from opsdesk.foresight.bands import Bands, known_errors
from opsdesk.foresight.checks import BACKLOG, PROVEN, Check, not_shown
from opsdesk.foresight.flows import ERRORS, HORIZON, Flows, Numbers
from opsdesk.foresight.whole_numbers import WHOLE

HORIZONS = (7, 14, 28)  # days ahead of which the checks tell


class BacklogForecast(NamedTuple):
    """The rows of backlog_forecast and forecast_backtest, and a check per horizon."""

    days: pd.DataFrame
    backtest: pd.DataFrame
    checks: list[Check]


def no_forecast(reason: str) -> BacklogForecast:
    """Return that nothing is forecast, and why."""
    return BacklogForecast(pd.DataFrame(), pd.DataFrame(), not_shown(BACKLOG, HORIZONS, reason))


def forecast_backlog(flows: Flows) -> BacklogForecast:
    """Return the forecast of the 28 days after the last one, with its back-test.

    It is shown where the method chosen now has erred by less than "the backlog stays as it is".
    Counted are the errors that make the bands: of up to 112 origins (at least 14) per day ahead.
    """
    outlooks = look_ahead(flows)
    if outlooks is None or outlooks.last - HORIZON + 1 < LEAST_ORIGINS:
        return no_forecast("too_young")
    error = _mean_error(outlooks.errors(outlooks.chosen[-1]), outlooks)
    is_better = error < _mean_error(outlooks.simple_errors, outlooks)
    reason = PROVEN if is_better else "not_better"
    backtest = pd.DataFrame(list(_backtest_rows(outlooks, flows.first_day)))
    days = _days_ahead(outlooks, flows.first_day) if reason == PROVEN else pd.DataFrame()
    checks = [_check(outlooks, backtest, horizon, reason) for horizon in HORIZONS]
    return BacklogForecast(days, backtest, checks)


def _mean_error(errors: Numbers, outlooks: Outlooks) -> float:
    """Return the mean error over all days ahead, each of the origins that make its band."""
    of_horizons = [
        known_errors(errors, outlooks.last, horizon, ERRORS) for horizon in range(1, HORIZON + 1)
    ]
    return float(np.concatenate(of_horizons).mean())


def _days_ahead(outlooks: Outlooks, first_day: date) -> pd.DataFrame:
    method = outlooks.chosen[-1]
    path = outlooks.paths[method]
    backlog = path.backlog[-1]
    days = [_day(first_day, outlooks.origins[-1] + 1 + ahead) for ahead in range(HORIZON)]
    return pd.DataFrame(
        {
            "ops_date": days,
            "inflow": path.inflow[-1] / WHOLE,
            "outflow": path.outflow[-1] / WHOLE,
            "backlog_size": backlog / WHOLE,
            **_ends(backlog, outlooks.bands(outlooks.last)),
            "method": method,
        }
    )


def _backtest_rows(outlooks: Outlooks, first_day: date) -> Iterator[dict[str, Any]]:
    first = min(outlooks.tested(horizon).start for horizon in range(1, HORIZON + 1))
    for position in range(first, outlooks.last):
        origin = outlooks.origins[position]
        method = outlooks.chosen[position]
        forecast = outlooks.paths[method].backlog[position]
        ends = _ends(forecast, outlooks.bands(position))
        for horizon in range(1, HORIZON + 1):
            if position not in outlooks.tested(horizon):
                continue
            ahead = horizon - 1
            yield {
                "origin_date": _day(first_day, origin),
                "horizon_days": horizon,
                "ops_date": _day(first_day, origin + horizon),
                "backlog_size": outlooks.came[position, ahead] // WHOLE,
                "unchanged": outlooks.backlog[position] // WHOLE,
                **{
                    name: path.backlog[position, ahead] / WHOLE
                    for name, path in outlooks.paths.items()
                },
                "method": method,
                "forecast": forecast[ahead] / WHOLE,
                **{name: end[ahead] for name, end in ends.items()},
            }


def _ends(backlog: Numbers, bands: Bands) -> dict[str, Numbers]:
    """Return the ends of both bands in tickets; NaN where a band is unknown, never below 0."""
    ends = {}
    for level, half in ((80, bands.half80), (95, bands.half95)):
        is_known = half >= 0
        low = np.maximum(backlog - half, 0) / WHOLE
        ends[f"lo{level}"] = np.where(is_known, low, np.nan)
        ends[f"hi{level}"] = np.where(is_known, (backlog + half) / WHOLE, np.nan)
    return ends


def _check(outlooks: Outlooks, backtest: pd.DataFrame, horizon: int, reason: str) -> Check:
    errors = known_errors(outlooks.errors(outlooks.chosen[-1]), outlooks.last, horizon, ERRORS)
    unchanged = known_errors(outlooks.simple_errors, outlooks.last, horizon, ERRORS)
    error = float(errors.mean()) / WHOLE
    simple = float(unchanged.mean()) / WHOLE
    rows = backtest[backtest["horizon_days"] == horizon]
    return Check(
        BACKLOG,
        horizon,
        reason,
        origins=len(errors),
        cases=len(errors),
        error=error,
        simple_error=simple,
        skill=1 - error / simple if simple else None,
        coverage80=_coverage(rows, 80),
        coverage95=_coverage(rows, 95),
    )


def _coverage(rows: pd.DataFrame, level: int) -> float | None:
    known = rows[rows[f"lo{level}"].notna()]
    if known.empty:
        return None
    came = known["backlog_size"]
    return float(came.between(known[f"lo{level}"], known[f"hi{level}"]).mean())


def _day(first_day: date, number: int) -> date:
    return first_day + timedelta(days=int(number))
