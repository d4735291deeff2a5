"""Answers of the forecast to what a params file asks: targets, sizes, and more work per day."""

from collections.abc import Mapping

import pandas as pd

from opsdesk.config.targets import desk_targets
from opsdesk.foresight.published import Foresight
from opsdesk.foresight.reaching import with_more_resolved
from opsdesk.foresight.words import about_more_resolved, about_reaching, about_target

BACKLOG = "backlog_size"


def backlog_target(targets: Mapping[str, str]) -> float | None:
    """Return the target of the whole desk for the open tickets, None without one.

    Raises:
        OpsdeskError: a target that cannot be read.
    """
    return desk_targets(targets).get(BACKLOG)


def answers(
    foresight: Foresight | None, targets: Mapping[str, str], more_resolved: str
) -> pd.DataFrame:
    """Return one row per question and answer; empty where no forecast is shown.

    Raises:
        OpsdeskError: a target that cannot be read.
    """
    if foresight is None or foresight.forecast.empty:
        return pd.DataFrame()
    rows = []
    most = backlog_target(targets)
    if most is not None:
        rows.append(("Is the target on track?", about_target(foresight, most)))
        rows.append(("When is it reached?", about_reaching(foresight, most)))
    per_day = float(more_resolved)
    if per_day:
        changed = with_more_resolved(foresight.forecast, per_day)
        rows.append(("What if?", about_more_resolved(changed, per_day)))
    return pd.DataFrame(rows, columns=["question", "answer"])
