"""The frames of days and weeks behind the charts, on tables small enough to compute by hand."""

from dataclasses import replace

import pandas as pd

from opsdesk.trends import coverage, series
from trends_warehouse import JANUARY, day, due_on, published


def test_days_carry_their_marks(warehouse, covered):
    days = series.read_days(warehouse, replace(covered, as_of=pd.Timestamp("2024-01-16 12:00")))
    assert len(days) == 14
    assert days["ops_date"].iloc[0] == pd.Timestamp("2024-01-03")
    assert days["is_partial"].tolist() == [False] * 13 + [True]
    assert days["as_of"].unique().tolist() == [pd.Timestamp("2024-01-16 12:00")]


def test_only_whole_weeks_from_monday_to_sunday(warehouse, covered):
    week = series.read_weeks(warehouse, covered)
    assert week["week_ending"].tolist() == [pd.Timestamp("2024-01-14")]
    week = week.iloc[0]
    assert (week["inflow"], week["outflow"], week["net_change"]) == (21, 14, 7)
    assert (week["backlog_size"], week["past_due"]) == (21, 11)  # at the end of Sunday, not summed
    assert week["attainment"] == 1 - 2 / 14


def test_a_week_whose_sunday_is_not_over_is_not_whole(warehouse, covered):
    half_sunday = replace(
        covered, last_day=pd.Timestamp("2024-01-14"), as_of=pd.Timestamp("2024-01-14 12:00")
    )
    assert series.read_weeks(warehouse, half_sunday).empty


def test_percentiles_and_breach_rate_are_those_of_the_weeks_tickets(warehouse, covered):
    week = series.read_weeks(warehouse, covered).iloc[0]
    # Ten timed tickets: the fifth is the first with a cumulative share of one half,
    # the ninth the first with nine tenths.
    assert (week["median_hours"], week["p90_hours"]) == (5.0, 9.0)
    assert (week["judged"], week["breached"], week["breach_rate"]) == (10, 2, 0.2)


def test_rates_of_a_week_without_tickets_are_unknown(tmp_path):
    days = [day(date) for date in JANUARY]
    due = [due_on(date, 0, missed=0) for date in JANUARY]
    warehouse = published(tmp_path / "w.duckdb", backlog_daily=days, features_daily=due)
    weeks = series.read_weeks(warehouse, coverage.read_coverage(warehouse))
    assert len(weeks) == 4
    assert weeks[["attainment", "breach_rate", "median_hours", "p90_hours"]].isna().all(axis=None)
