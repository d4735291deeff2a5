"""How good the probabilities were: scores of the counts that breach_bins.sql makes."""

from typing import NamedTuple

import numpy as np
import pandas as pd

WHOLE = 1e6  # millionths of a probability
GROUPS = 10  # of equally many tickets, for the calibration error
THOUSANDTHS_OF_A_TENTH = 100


class Scores(NamedTuple):
    """How the probabilities of one horizon did, over all origins.

    `skill` is 1 - brier / that of the rate of all tickets. `compared_skill` and `simple_skill` are
    those of the probabilities and of the simple rule, in the `compared` cases that the rule can
    judge. NaN where there is nothing to compare.
    """

    cases: int
    compared: int
    brier: float
    compared_brier: float
    simple_brier: float
    skill: float
    compared_skill: float
    simple_skill: float
    auc: float
    calibration_error: float


def simple_rates(elapsed: pd.DataFrame) -> np.ndarray:
    """Return the rates of the simple rule by origin and tenth of the used share.

    It is the rate of earlier origins in the same tenth, from the deadlines that were over. A tenth
    without one takes the rate of all tenths; where no deadline was over, it is NaN.
    """
    origins = int(elapsed["origin"].max()) + 1
    tickets = np.zeros((origins, 10))
    missed = np.zeros((origins, 10))
    known = elapsed[elapsed["known_at"] < origins]
    places = (known["known_at"].to_numpy(int), known["place"].to_numpy(int))
    np.add.at(tickets, places, known["tickets"].to_numpy(float))
    np.add.at(missed, places, known["missed"].to_numpy(float))
    tickets = tickets.cumsum(axis=0)
    missed = missed.cumsum(axis=0)
    whole = _ratio(missed.sum(axis=1), tickets.sum(axis=1))
    rates = _ratio(missed, tickets)
    return np.where(np.isnan(rates), whole[:, None], rates)


def score_origins(elapsed: pd.DataFrame, rates: np.ndarray) -> pd.DataFrame:
    """Return one row per origin: tickets, missed, and the sums of squared errors.

    `error` is that of the probabilities; `simple_error` that of the simple rule, whose `rates` are
    by origin and tenth. Rows of `elapsed` are those of part 'elapsed'.
    """
    rate = rates[elapsed["origin"].to_numpy(), elapsed["place"].to_numpy()]
    tickets = elapsed["tickets"].to_numpy(float)
    missed = elapsed["missed"].to_numpy(float)
    squares = elapsed["squares"].to_numpy(float) / WHOLE / WHOLE
    error = squares - 2 * elapsed["missed_millionths"].to_numpy(float) / WHOLE + missed
    simple_error = tickets * rate**2 - 2 * missed * rate + missed
    rows = elapsed.assign(error=error, simple_error=simple_error)
    rows = rows.assign(expected=elapsed["millionths"].to_numpy(float) / WHOLE)
    sums = rows.groupby(["origin", "fitted_tickets"], as_index=False)[
        ["tickets", "missed", "expected", "error", "simple_error"]
    ]
    return sums.sum(min_count=1)


def score_all(by_origin: pd.DataFrame, probabilities: pd.DataFrame) -> Scores:
    """Return the scores of one horizon over all origins; one case or more."""
    compared = by_origin[by_origin["simple_error"].notna()]
    cases = by_origin["tickets"].sum()
    all_compared = compared["tickets"].sum()
    spread = _spread(by_origin)
    compared_spread = _spread(compared)
    return Scores(
        cases=int(cases),
        compared=int(all_compared),
        brier=_divided(by_origin["error"].sum(), cases),
        compared_brier=_divided(compared["error"].sum(), all_compared),
        simple_brier=_divided(compared["simple_error"].sum(), all_compared),
        skill=1 - _divided(by_origin["error"].sum(), spread),
        compared_skill=1 - _divided(compared["error"].sum(), compared_spread),
        simple_skill=1 - _divided(compared["simple_error"].sum(), compared_spread),
        auc=_auc(probabilities),
        calibration_error=_calibration_error(probabilities),
    )


def by_tenth(probabilities: pd.DataFrame) -> pd.DataFrame:
    """Return tickets, missed and expected per tenth of the probability, from part 'probability'."""
    tenth = (probabilities["place"] // THOUSANDTHS_OF_A_TENTH).clip(upper=9)
    rows = probabilities.assign(tenth=tenth, expected=probabilities["millionths"] / WHOLE)
    return rows.groupby("tenth", as_index=False)[["tickets", "missed", "expected"]].sum()


def _spread(by_origin: pd.DataFrame) -> float:
    """Return the sum of squared errors of the rate of all these tickets."""
    rate = _divided(by_origin["missed"].sum(), by_origin["tickets"].sum())
    return float(by_origin["tickets"].sum() * rate * (1 - rate))


def _auc(probabilities: pd.DataFrame) -> float:
    """Return how often a missed ticket had the higher probability, ties by half (Hanley 1982)."""
    counts = probabilities.sort_values("place")
    missed = counts["missed"].to_numpy(float)
    met = counts["tickets"].to_numpy(float) - missed
    below = met.cumsum() - met
    return _divided(float((missed * (below + met / 2)).sum()), float(missed.sum() * met.sum()))


def _calibration_error(probabilities: pd.DataFrame) -> float:
    """Return the mean |probability - rate| over ten groups of about equally many tickets.

    Tickets of one thousandth stay together, in the group of their middle.
    """
    counts = probabilities.sort_values("place")
    tickets = counts["tickets"].to_numpy(float)
    middle = tickets.cumsum() - tickets / 2
    group = (middle * GROUPS / tickets.sum()).astype(int)
    sums = counts.assign(group=group).groupby("group")[["tickets", "missed", "millionths"]].sum()
    off = (sums["millionths"] / WHOLE - sums["missed"]).abs() / sums["tickets"]
    return float(off.mean())


def _divided(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
