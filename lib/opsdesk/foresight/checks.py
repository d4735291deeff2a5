"""Whether an estimate is shown: the rows of foresight_checks, as records."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

BREACH = "breach"
BACKLOG = "backlog"
PROVEN = "proven"
MILLIONTHS = 6  # decimals of every estimate: engines and machines agree to that many


@dataclass(frozen=True)
class Check:
    """One row of foresight_checks; None where the estimate has no such figure."""

    estimate: str
    horizon_days: int
    reason: str
    origins: int = 0
    cases: int = 0
    error: float | None = None
    simple_error: float | None = None
    skill: float | None = None
    simple_skill: float | None = None
    compared_skill: float | None = None
    auc: float | None = None
    calibration_error: float | None = None
    coverage80: float | None = None
    coverage95: float | None = None

    @property
    def is_shown(self) -> bool:
        """Return whether the estimate is shown."""
        return self.reason == PROVEN


def not_shown(estimate: str, horizons: Sequence[int], reason: str) -> list[Check]:
    """Return the checks of an estimate that could not be tested."""
    return [Check(estimate, horizon, reason) for horizon in horizons]


def checks_table(checks: Iterable[Check]) -> pd.DataFrame:
    """Return the rows of foresight_checks."""
    return pd.DataFrame([asdict(check) | {"is_shown": check.is_shown} for check in checks])
