"""The frames behind the charts over time: one row per day, and one row per week.

Every frame has its own marks, so that a chart needs nothing else: `burn_in_until` (the last day
on which the backlog is too small), `is_partial` (the day is not over) and `as_of` (wall time).

A week runs from Monday to Sunday, and only whole weeks are shown: half a week is not a trend.
The rates of a week are its sums divided, and its percentiles are those of its tickets. They are
never means of daily figures.
"""

import pandas as pd

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.trends.coverage import DAY, Coverage
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

STOCKS = [  # their value at the end of a week is that of its last day
    "backlog_size",
    *AGE_BANDS,
    "age_p50_days",
    "age_p90_days",
    "past_due",
]
FLOWS = [  # their value of a week is the sum of its days
    "inflow",
    "outflow",
    "sla_due_tickets",
    "sla_due_missed",
]
DAYS_OF_A_WEEK = 7


def read_days(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return one row per day: backlog and its ages in days, flows, past due, and what fell due."""
    days = ask(warehouse, "days")
    days["ops_date"] = pd.to_datetime(days["ops_date"])
    is_last = days["ops_date"] == coverage.last_day
    days["is_partial"] = is_last & coverage.is_last_day_partial
    return _marked(days, coverage)


def read_weeks(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return one row per whole week: stocks at its end, sums, rates, resolution times in hours."""
    days = read_days(warehouse, coverage)
    monday = _monday(coverage.first_day)
    since_monday = days["ops_date"] - monday
    days["week"] = since_monday.dt.days // DAYS_OF_A_WEEK
    weeks = _whole_weeks(days)
    resolved = _read_resolved(warehouse, coverage.first_day - monday)
    weeks = weeks.merge(resolved, how="left", on="week")
    weeks = weeks.drop(columns="week")
    weeks = weeks.rename(columns={"ops_date": "week_ending"})
    return _marked(_with_rates(weeks), coverage)


def _read_resolved(warehouse: Warehouse, since_monday: pd.Timedelta) -> pd.DataFrame:
    """Return one row per week with the rates and times of its resolved tickets."""
    resolved = ask(
        warehouse,
        "resolved_by_week",
        days_before=since_monday.days,
    )
    # Weeks without resolved tickets become NaN when merged, which whole numbers do not have.
    return resolved.astype({"judged": "float64", "breached": "float64"})


def _whole_weeks(days: pd.DataFrame) -> pd.DataFrame:
    """Return stocks and sums of the weeks that have all their days, each of them over."""
    by_week = days.groupby("week", as_index=False)
    stocks = by_week[["ops_date", *STOCKS]].last()
    sums = by_week[FLOWS].sum()
    weeks = stocks.merge(sums, on="week")
    sizes = by_week.size()
    has_all_days = sizes["size"] == DAYS_OF_A_WEEK
    partial = by_week["is_partial"].any()
    return weeks[has_all_days & ~partial["is_partial"]]


def _with_rates(weeks: pd.DataFrame) -> pd.DataFrame:
    kept_share = 1 - weeks["sla_due_missed"] / weeks["sla_due_tickets"]
    return weeks.assign(
        net_change=weeks["inflow"] - weeks["outflow"],
        attainment=kept_share,
        breach_rate=weeks["breached"] / weeks["judged"],
        is_partial=False,
    )


def _monday(day: pd.Timestamp) -> pd.Timestamp:
    return day - day.weekday() * DAY


def _marked(frame: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    return frame.assign(
        burn_in_until=coverage.burn_in_until,
        as_of=coverage.as_of,
    )
