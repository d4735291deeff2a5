"""Targets: met or missed this week, since when, and whether the desk as it is can meet them.

A week is seven whole days; the last one ends with the last whole day. Weeks before the end of the
burn-in are not judged.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from opsdesk.config.targets import ALL, STOCKS, Target, read_targets
from opsdesk.errors import OpsdeskError
from opsdesk.trends.coverage import DAY, Coverage, last_whole_day
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.normal_range import WEEKS, normal_range, weeks_since
from opsdesk.trends.questions import ask
from opsdesk.trends.sentences import about_promises
from opsdesk.trends.series import FEW
from opsdesk.trends.worst import Worst, read_worst
from opsdesk.warehouse.open import Warehouse

MONTH = 4  # weeks over which a stock's change is given
COLUMNS_OF_TICKETS = ("priority", "category", "channel", "customer_tier")
HOURS = ("p90_hours", "first_response_hours")


@dataclass(frozen=True)
class Judgement:
    """What became of a target.

    `value` is that of the last week, None where it is not known; `why` says why then. `weeks` is
    for how many weeks in a row it has been met, or missed. `lower` and `upper` are the normal range
    of a week's value, None for stocks and where there are too few weeks; `change` is that of a
    stock over four weeks. `worst` says which segments of a missed target have most of it.
    """

    target: Target
    value: float | None
    is_met: bool | None
    weeks: int
    lower: float | None
    upper: float | None
    change: float | None
    why: str = ""
    worst: Worst | None = None

    @property
    def outlook(self) -> str:
        """Return what the normal range says: met, missed, either, or "" (not known)."""
        if self.lower is None or self.upper is None:
            return ""
        ends = (self.target.is_met(self.lower), self.target.is_met(self.upper))
        if all(ends):
            return "met"
        return "either" if any(ends) else "missed"


def judge_targets(
    warehouse: Warehouse,
    coverage: Coverage,
    block: Mapping[str, str],
    names: DayNames | None = None,
    by: str = "category",
) -> list[Judgement]:
    """Return what became of each target of a block `targets:`.

    Args:
        warehouse: the published tables.
        coverage: how far they reach.
        block: the texts of the targets by indicator.
        names: its newest baseline begins the weeks of the normal range.
        by: the dimension whose segments say where a missed target is missed.

    Raises:
        OpsdeskError: a target that cannot be read, a segment that is not there, or hours of a
            dimension that tickets do not have.
    """
    last_day = last_whole_day(coverage)
    baseline = names.baseline(last_day) if names else None
    judged = []
    for target in read_targets(block):
        weekly = _weekly(warehouse, coverage, target)
        found = _judge(target, weekly, coverage, weeks_since(baseline, last_day))
        if found.is_met is False:
            found = replace(found, worst=read_worst(warehouse, target, last_day, by))
        judged.append(found)
    return judged


def _judge(
    target: Target, weekly: pd.Series, coverage: Coverage, weeks_of_range: int = WEEKS
) -> Judgement:
    """Judge the weekly values (the oldest first, NaN where not known) of one target.

    The normal range is that of the last `weeks_of_range`.
    """
    if weekly.empty or pd.isna(weekly.iloc[-1]):
        return Judgement(target, None, None, 0, None, None, None, _why(target, weekly, coverage))
    value = float(weekly.iloc[-1])
    is_met = target.is_met(value)
    most = 1.0 if target.indicator == "attainment" else math.inf
    normal = None if target.is_stock else normal_range(weekly.tail(weeks_of_range), most)
    lower, upper = normal or (None, None)
    weeks = _in_a_row(target, weekly, is_met)
    change = _change(weekly) if target.is_stock else None
    return Judgement(target, value, is_met, weeks, lower, upper, change)


def _in_a_row(target: Target, weekly: pd.Series, is_met: bool) -> int:
    """Return how many weeks up to the last one were like it; a week without value ends the row."""
    weeks = 0
    for value in weekly[::-1]:
        if pd.isna(value) or target.is_met(value) != is_met:
            break
        weeks += 1
    return weeks


def _change(weekly: pd.Series) -> float | None:
    if len(weekly) <= MONTH or pd.isna(weekly.iloc[-1 - MONTH]):
        return None
    return float(weekly.iloc[-1] - weekly.iloc[-1 - MONTH])


def _why(target: Target, weekly: pd.Series, coverage: Coverage) -> str:
    if not coverage.with_target and target.indicator in ("attainment", "past_due"):
        return "no ticket has an SLA target"
    if coverage.closed_from is not None and target.indicator in (*STOCKS, "attainment"):
        return "this export looks filtered by closing date"
    if weekly.empty:
        return "no week after the burn-in is over"
    if target.indicator == "attainment":
        return f"fewer than {FEW} tickets fell due in the last week"
    return f"fewer than {FEW} tickets were counted in the last week"


def _weekly(warehouse: Warehouse, coverage: Coverage, target: Target) -> pd.Series:
    """Return the values of the last weeks, the oldest first; NaN where one is not known."""
    last_day = last_whole_day(coverage)
    first_day = coverage.burn_in_until + DAY
    whole = max((last_day - first_day).days + 1, 0) // 7
    numbers = range(min(whole, WEEKS) - 1, -1, -1)
    if target.indicator in HOURS:
        values = _hours(warehouse, target, last_day)
    else:
        values = _of_days(warehouse, target, last_day)
    if target.is_stock and coverage.closed_from is not None:
        values = values.iloc[:0]
    if target.indicator in ("attainment", "past_due") and about_promises(coverage):
        values = values.iloc[:0]
    return values.reindex(list(numbers)).astype("float64")


def _of_days(warehouse: Warehouse, target: Target, last_day: pd.Timestamp) -> pd.Series:
    days = ask(warehouse, "target_days", dimension=target.dimension, segment=target.segment)
    if days.empty:
        raise OpsdeskError(
            f"targets.{target.indicator}: there is no segment {target.segment!r} of "
            f"{target.dimension!r} in segment_daily: correct it in the params file."
        )
    days["ops_date"] = pd.to_datetime(days["ops_date"])
    days = days[days["ops_date"] <= last_day]
    week = (last_day - days["ops_date"]).dt.days // 7
    if target.is_stock:
        return days.groupby(week)[target.indicator].last()
    sums = days.groupby(week)[["sla_due_tickets", "sla_due_missed"]].sum()
    due = sums["sla_due_tickets"].where(sums["sla_due_tickets"] >= FEW, np.nan)
    return 1 - sums["sla_due_missed"] / due


def _hours(warehouse: Warehouse, target: Target, last_day: pd.Timestamp) -> pd.Series:
    if target.dimension not in (ALL, *COLUMNS_OF_TICKETS):
        raise OpsdeskError(
            f"targets.{target.indicator}: hours are known by {', '.join(COLUMNS_OF_TICKETS)}, "
            f"not by {target.dimension!r}."
        )
    rows = ask(
        warehouse,
        "target_hours",
        dimension=target.dimension,
        segment=target.segment,
        last_day=last_day.date(),
    )
    ours = rows[rows["indicator"] == target.indicator].set_index("week")
    return ours["hours"].astype("float64").where(ours["tickets"] >= FEW)
