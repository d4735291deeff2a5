"""The frames of days and weeks behind the charts, on tables small enough to compute by hand."""

from dataclasses import replace

import pandas as pd

from opsdesk.trends import coverage, series
from trends_warehouse import JANUARY, day, due_on, published, resolved


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


def test_weeks_stop_where_intake_ends_and_days_go_on_with_the_mark(warehouse, covered):
    ended = replace(covered, intake_until=pd.Timestamp("2024-01-13"))
    assert series.read_weeks(warehouse, ended).empty  # the only whole week ends a day later
    assert len(series.read_days(warehouse, ended)) == 14
    ended = replace(covered, intake_until=pd.Timestamp("2024-01-14"))
    week = series.read_weeks(warehouse, ended).iloc[0]
    assert (week["inflow"], week["intake_until"]) == (21, pd.Timestamp("2024-01-14"))


def test_without_targets_nothing_is_past_due_or_missed_not_even_0(warehouse, covered):
    none = replace(covered, with_target=0, judged=0)
    days = series.read_days(warehouse, none)
    assert days[["past_due", "sla_due_tickets", "sla_due_missed"]].isna().all(axis=None)
    week = series.read_weeks(warehouse, none).iloc[0]
    assert week[["past_due", "sla_due_tickets", "attainment", "judged", "breached"]].isna().all()
    assert (week["backlog_size"], week["timed"]) == (21, 10)
    assert "No SLA target is known" in week["why_no_promises"]


def test_a_flag_without_targets_still_judges_what_is_resolved(warehouse, covered):
    week = series.read_weeks(warehouse, replace(covered, with_target=0, judged=11)).iloc[0]
    assert (week["judged"], week["breach_rate"]) == (10, 0.2)
    assert "judges 11 resolved tickets" in week["why_no_promises"]
    assert week["why_none_judged"] == ""


def test_a_filter_by_closing_date_leaves_what_was_resolved_from_its_first_whole_week(
    warehouse, covered
):
    on_monday = replace(covered, closed_from=pd.Timestamp("2024-01-08"))
    week = series.read_weeks(warehouse, on_monday).iloc[0]
    unknown = ["backlog_size", "age_p90_days", "past_due", "inflow", "net_change", "attainment"]
    assert week[unknown].isna().all()
    assert (week["outflow"], week["breach_rate"]) == (14, 0.2)
    assert pd.isna(week["burn_in_until"])
    on_tuesday = replace(covered, closed_from=pd.Timestamp("2024-01-09"))
    assert series.read_weeks(warehouse, on_tuesday).empty


def test_weeks_of_fewer_than_five_tickets_are_marked(tmp_path):
    due = [due_on(date, int(n % 7 < 4), missed=0) for n, date in enumerate(JANUARY[:14])]
    due[8]["sla_due_tickets"] = 2  # 4 in the first week, 5 in the second
    tickets = [resolved("2024-01-03", 1.0, breached=False) for _ in range(5)]
    tickets += [resolved("2024-01-09", float(hours), breached=None) for hours in range(5)]
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=[day(date) for date in JANUARY[:14]],
        features_daily=due,
        fact_tickets=tickets,
    )
    weeks = series.read_weeks(warehouse, coverage.read_coverage(warehouse))
    assert weeks["is_due_few"].tolist() == [True, False]
    assert weeks["judged"].tolist() == [5, 0]
    assert weeks["is_judged_few"].tolist() == [False, True]
    assert weeks["timed"].tolist() == [5, 5]
    assert weeks["is_timed_few"].tolist() == [False, False]


def answered(date: str, hours: float | None) -> dict:
    """A ticket with a first response; None: without its time of day."""
    response = {"first_response_date": date, "first_response_hours": hours}
    return resolved("2024-01-16", 1.0) | response


def test_first_responses_count_in_the_week_in_which_they_were_given(tmp_path):
    hours = (9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 1000.0)
    tickets = [answered("2024-01-07" if one % 2 else "2024-01-01", one) for one in hours]
    tickets += [answered("2024-01-03", None), answered("2024-01-15", 0.0)]
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=[day(date) for date in JANUARY[:21]],
        features_daily=[due_on(date, 0, missed=0) for date in JANUARY[:21]],
        fact_tickets=tickets,
    )
    covered = coverage.read_coverage(warehouse)
    weeks = series.read_weeks(warehouse, covered)
    figures = weeks[["responses", "median_response_hours", "p90_response_hours"]]
    # The fifth of ten is the first with a cumulative share of one half, the ninth with nine tenths.
    assert figures.iloc[0].tolist() == [10, 5.0, 9.0]
    assert figures.iloc[1].isna().all()
    assert figures.iloc[2].tolist() == [1, 0.0, 0.0]
    assert weeks["is_answered_few"].tolist() == [False, False, True]
    assert covered.responded == 11  # of 12: one has no time of day
    assert weeks["why_no_responses"].unique().tolist() == [""]


def test_of_a_filter_by_closing_date_the_first_responses_are_not_known(tmp_path):
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=[day(date) for date in JANUARY[:14]],
        features_daily=[due_on(date, 0, missed=0) for date in JANUARY[:14]],
        fact_tickets=[answered("2024-01-10", 4.0) | {"resolved_date": "2024-01-12"}],
    )
    covered = coverage.read_coverage(warehouse)
    filtered = replace(covered, closed_from=pd.Timestamp("2024-01-01"))
    weeks = series.read_weeks(warehouse, filtered)
    assert weeks["responses"].isna().tolist() == [True, True]
    assert "not resolved within the filter" in weeks["why_no_responses"].iloc[0]
    none = series.read_weeks(warehouse, replace(covered, responded=0))
    assert "name `first_response_at`" in none["why_no_responses"].iloc[0]


def test_the_age_at_the_end_of_a_week_is_unknown_where_nothing_is_open(tmp_path):
    days = [day(date, backlog_size=1, age_p50_days=3) for date in JANUARY[:7]]
    days[6] |= {"backlog_size": 0, "age_p50_days": None}
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=days,
        features_daily=[due_on(date, 0, missed=0) for date in JANUARY[:7]],
    )
    weeks = series.read_weeks(warehouse, coverage.read_coverage(warehouse))
    assert weeks["age_p50_days"].isna().tolist() == [True]
