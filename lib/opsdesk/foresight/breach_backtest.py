"""The back-test of the probabilities: at past midnights, with what was known then."""

from datetime import datetime
from typing import NamedTuple

import pandas as pd

from opsdesk.foresight.breach_scores import Scores, by_tenth, score_all, score_origins, simple_rates
from opsdesk.foresight.checks import BREACH, PROVEN, Check, not_shown
from opsdesk.foresight.origins import Origins
from opsdesk.foresight.questions import ask, ask_odds
from opsdesk.warehouse.open import Warehouse

HORIZONS = (28, 7)  # days; the first decides
LEAST_CASES = 200  # judged by both, the probabilities and the simple rule
GROUPED = ["tickets", "missed", "millionths"]


class BreachBacktest(NamedTuple):
    """The rows of risk_backtest and risk_calibration, and a check per horizon."""

    origins: pd.DataFrame
    calibration: pd.DataFrame
    checks: list[Check]

    @property
    def is_proven(self) -> bool:
        """Return whether the probabilities were better than the simple rule."""
        return all(check.is_shown for check in self.checks)


def run_breach_backtest(
    warehouse: Warehouse, origins: Origins | None, as_of: datetime
) -> BreachBacktest:
    """Return how the probabilities would have done at `origins`, judged at `as_of`.

    They are proven where their Brier skill within 28 days is above 0 and above that of the simple
    rule, in the cases that it can judge: at least 200.

    Raises:
        OpsdeskError: the published tables cannot be read.
    """
    if not int(ask(warehouse, "promises")["with_deadline"].item()):
        return no_backtest("no_targets")
    if origins is None:
        return no_backtest("too_young")
    bins = ask_odds(warehouse, "breach_bins", origins.parameters(as_of))
    elapsed = bins[bins["part"] == "elapsed"]
    if elapsed.empty:
        return no_backtest("too_few")
    probabilities = bins[bins["part"] == "probability"]
    rates = simple_rates(elapsed)
    scored = {
        horizon: (
            score_origins(_within(elapsed, horizon), rates),
            _summed(_within(probabilities, horizon)),
        )
        for horizon in HORIZONS
    }
    reason = _verdict(score_all(*scored[HORIZONS[0]]))
    return BreachBacktest(
        pd.concat([_origin_rows(rows, horizon, origins) for horizon, (rows, _) in scored.items()]),
        pd.concat([_tenth_rows(counts, horizon) for horizon, (_, counts) in scored.items()]),
        [_check(horizon, reason, *of_horizon) for horizon, of_horizon in scored.items()],
    )


def no_backtest(reason: str) -> BreachBacktest:
    """Return that no probability could be tested, and why."""
    return BreachBacktest(pd.DataFrame(), pd.DataFrame(), not_shown(BREACH, HORIZONS, reason))


def _within(bins: pd.DataFrame, horizon: int) -> pd.DataFrame:
    return bins[bins["is_soon"].astype(bool)] if horizon == min(HORIZONS) else bins


def _summed(probabilities: pd.DataFrame) -> pd.DataFrame:
    """Return one row per thousandth."""
    return probabilities.groupby("place", as_index=False)[GROUPED].sum()


def _verdict(scores: Scores) -> str:
    if scores.compared < LEAST_CASES:
        return "too_young"
    is_better = scores.compared_brier < scores.simple_brier and scores.skill > 0
    return PROVEN if is_better else "not_better"


def _origin_rows(by_origin: pd.DataFrame, horizon: int, origins: Origins) -> pd.DataFrame:
    tickets = by_origin["tickets"]
    return pd.DataFrame(
        {
            "origin_date": [origins.days[number] for number in by_origin["origin"]],
            "horizon_days": horizon,
            "fitted_tickets": by_origin["fitted_tickets"],
            "tickets": tickets,
            "breached": by_origin["missed"],
            "expected": by_origin["expected"],
            "brier": by_origin["error"] / tickets,
            "simple_brier": by_origin["simple_error"] / tickets,
        }
    )


def _tenth_rows(probabilities: pd.DataFrame, horizon: int) -> pd.DataFrame:
    tenths = by_tenth(probabilities).rename(columns={"missed": "breached"})
    return tenths.assign(horizon_days=horizon)


def _check(
    horizon: int, reason: str, by_origin: pd.DataFrame, probabilities: pd.DataFrame
) -> Check:
    if by_origin.empty:
        return Check(BREACH, horizon, reason)
    scores = score_all(by_origin, probabilities)
    return Check(
        BREACH,
        horizon,
        reason,
        origins=len(by_origin),
        cases=scores.cases,
        error=scores.brier,
        simple_error=scores.simple_brier,
        skill=scores.skill,
        simple_skill=scores.simple_skill,
        compared_skill=scores.compared_skill,
        auc=scores.auc,
        calibration_error=scores.calibration_error,
    )
