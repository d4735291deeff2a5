"""From the published tables to the frame behind each chart: the only place that computes for the charts.

Every frame of days or weeks carries its own marks, so that a chart needs nothing else: `burn_in_until` (the last day
on which the backlog is too small, see `limits`), `is_partial` (the day is not over) and `as_of` (wall time, the same in
every row).

A week runs from Monday to Sunday, and only weeks that are over and whole are shown: half a week is not a trend.
Rates of a week are its sums divided, and its percentiles are those of its tickets, never means of daily figures.
"""

import pandas as pd

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.trends.coverage import DAY, Limits
from opsdesk.warehouse.open import Warehouse

DAYS = """
SELECT b.ops_date, b.backlog_size, b.inflow, b.outflow, b.age_0_1, b.age_2_7, b.age_8_30, b.age_31_90, b.age_over_90,
    b.age_p50_days, b.age_p90_days, b.past_due, f.sla_due_tickets, f.sla_due_missed
FROM backlog_daily AS b JOIN features_daily AS f ON f.ops_date = b.ops_date
ORDER BY b.ops_date
"""

# The number of a week is counted from the first day, as no function for weeks means the same in every engine.
# Percentiles are discrete: the smallest value whose cumulative share is at least q.
RESOLVED = """
WITH days AS (
    SELECT ops_date, CAST(FLOOR((ROW_NUMBER() OVER (ORDER BY ops_date) - 1 + {days_before}) / 7) AS INT64) AS week
    FROM features_daily
),
resolved AS (
    SELECT d.week, t.sla_breached, t.resolution_hours_clean AS hours,
        ROW_NUMBER() OVER (PARTITION BY d.week ORDER BY t.resolution_hours_clean NULLS LAST) AS place,
        COUNT(t.resolution_hours_clean) OVER (PARTITION BY d.week) AS timed
    FROM fact_tickets AS t JOIN days AS d ON d.ops_date = t.resolved_date
)
SELECT week, COUNT(sla_breached) AS judged, SUM(CASE WHEN sla_breached THEN 1 ELSE 0 END) AS breached,
    MIN(CASE WHEN place * 2 >= timed THEN hours END) AS median_hours,
    MIN(CASE WHEN place * 10 >= timed * 9 THEN hours END) AS p90_hours
FROM resolved GROUP BY week ORDER BY week
"""


def read_days(warehouse: Warehouse, limits: Limits) -> pd.DataFrame:
    """One row a day: backlog with its age bands and percentiles, flows, past due, and what fell due."""
    days = warehouse.query(DAYS)
    days["ops_date"] = pd.to_datetime(days["ops_date"])
    days["is_partial"] = limits.is_last_day_partial & (days["ops_date"] == limits.last_day)
    return _marked(days, limits)


def read_weeks(warehouse: Warehouse, limits: Limits) -> pd.DataFrame:
    """One row a whole week: stocks at its end, sums of its flows, its rates, and its resolution times in hours."""
    days = read_days(warehouse, limits)
    days["week"] = (days["ops_date"] - _monday(limits.first_day)).dt.days // 7
    week = days.groupby("week", as_index=False)
    sums = week[["inflow", "outflow", "sla_due_tickets", "sla_due_missed"]].sum()
    stocks = week[
        ["ops_date", "backlog_size", *AGE_BANDS, "age_p50_days", "age_p90_days", "past_due"]
    ].last()
    whole = (week.size()["size"] == 7) & ~week["is_partial"].any()["is_partial"]
    weeks = (
        stocks.merge(sums)
        .loc[whole]
        .merge(_read_resolved(warehouse, limits), how="left", on="week")
    )
    weeks = weeks.drop(columns="week").rename(columns={"ops_date": "week_ending"})
    weeks["net_change"] = weeks["inflow"] - weeks["outflow"]
    weeks["attainment"] = 1 - weeks["sla_due_missed"] / weeks["sla_due_tickets"]
    weeks["breach_rate"] = weeks["breached"] / weeks["judged"]
    weeks["is_partial"] = False
    return _marked(weeks, limits)


def _read_resolved(warehouse: Warehouse, limits: Limits) -> pd.DataFrame:
    days_before = (limits.first_day - _monday(limits.first_day)).days
    resolved = warehouse.query(RESOLVED.format(days_before=days_before))
    return resolved.astype({"judged": "float64", "breached": "float64"})


def _monday(day: pd.Timestamp) -> pd.Timestamp:
    return day - day.weekday() * DAY


def _marked(frame: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    return frame.assign(burn_in_until=limits.burn_in_until, as_of=limits.as_of)
