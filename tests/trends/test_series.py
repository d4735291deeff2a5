"""The frames of days and weeks behind the charts, on tables small enough to compute by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.trends import coverage, series
from trends_warehouse import JANUARY, RUN, day, due_on, published, resolved


def test_days_carry_their_marks(warehouse, covered):
    days = series.read_days(warehouse, replace(covered, as_of=pd.Timestamp("2024-01-16 12:00")))
    assert len(days) == 13
    assert days["ops_date"].iloc[0] == pd.Timestamp("2024-01-04")
    assert days["is_partial"].tolist() == [False] * 12 + [True]
    assert days["as_of"].unique().tolist() == [pd.Timestamp("2024-01-16 12:00")]


def test_only_whole_weeks_and_the_last_one_ends_with_the_data(warehouse, covered):
    week = series.read_weeks(warehouse, covered)
    assert week["week_ending"].tolist() == [pd.Timestamp("2024-01-16")]  # a Tuesday
    week = week.iloc[0]
    assert (week["inflow"], week["outflow"], week["net_change"]) == (21, 14, 7)
    assert (week["backlog_size"], week["past_due"]) == (22, 12)  # at the end of it, not summed
    assert week["attainment"] == 1 - 4 / 14


def test_a_day_that_is_not_over_is_in_no_week(warehouse, covered):
    noon = replace(covered, as_of=pd.Timestamp("2024-01-16 12:00"))
    week = series.read_weeks(warehouse, noon)
    assert week["week_ending"].tolist() == [pd.Timestamp("2024-01-15")]
    # of its tickets: the one of the 9th, and the eight of the 10th
    assert week[["backlog_size", "inflow", "timed"]].iloc[0].tolist() == [21, 21, 9]


def test_six_days_are_no_week(warehouse, covered):
    ended = replace(covered, intake_until=pd.Timestamp("2024-01-09"))
    assert series.read_weeks(warehouse, ended).empty


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
    ended = replace(covered, intake_until=pd.Timestamp("2024-01-11"))
    weeks = series.read_weeks(warehouse, ended)
    assert weeks["week_ending"].tolist() == [pd.Timestamp("2024-01-11")]
    assert len(series.read_days(warehouse, ended)) == 13
    week = weeks.iloc[0]
    assert (week["inflow"], week["intake_until"]) == (21, pd.Timestamp("2024-01-11"))


def test_without_targets_nothing_is_past_due_or_missed_not_even_0(warehouse, covered):
    none = replace(covered, with_target=0, judged=0)
    days = series.read_days(warehouse, none)
    assert days[["past_due", "sla_due_tickets", "sla_due_missed"]].isna().all(axis=None)
    week = series.read_weeks(warehouse, none).iloc[0]
    assert week[["past_due", "sla_due_tickets", "attainment", "judged", "breached"]].isna().all()
    assert (week["backlog_size"], week["timed"]) == (22, 10)
    assert pd.isna(week["due_24h"])
    assert "No SLA target is known" in week["why_no_promises"]


def test_a_flag_without_targets_still_judges_what_is_resolved(warehouse, covered):
    week = series.read_weeks(warehouse, replace(covered, with_target=0, judged=11)).iloc[0]
    assert (week["judged"], week["breach_rate"]) == (10, 0.2)
    assert "judges 11 resolved tickets" in week["why_no_promises"]
    assert week["why_none_judged"] == ""


def test_a_filter_by_closing_date_leaves_what_was_resolved_from_its_first_whole_week(
    warehouse, covered
):
    from_its_first_day = replace(covered, closed_from=pd.Timestamp("2024-01-10"))
    week = series.read_weeks(warehouse, from_its_first_day).iloc[0]
    unknown = ["backlog_size", "age_p90_days", "past_due", "inflow", "net_change", "attainment"]
    assert week[unknown].isna().all()
    assert (week["outflow"], week["breach_rate"]) == (14, 0.2)
    assert pd.isna(week["burn_in_until"])
    from_its_second = replace(covered, closed_from=pd.Timestamp("2024-01-11"))
    assert series.read_weeks(warehouse, from_its_second).empty


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


MIDNIGHT = "2024-01-08 00:00:00+00"  # the end of Sunday 7 January


def waiting(due: str, **values: object) -> dict:
    """A ticket of 3 January, open at as_of."""
    facts = {"created_date": "2024-01-03", "is_resolved": False, "hours_open": 9.0, "due_at": due}
    return facts | {"due_date": due[:10]} | values


def done(date: str) -> dict:
    return {"is_resolved": True, "resolved_date": date, "hours_open": None}


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        pytest.param(waiting(MIDNIGHT), [1, 0], id="due at midnight: still to come"),
        pytest.param(waiting("2024-01-07 23:59:59+00"), [0, 0], id="a second before: past due"),
        pytest.param(waiting("2024-01-08 23:59:59+00"), [1, 0], id="a second short of 24 hours"),
        pytest.param(waiting("2024-01-09 00:00:00+00"), [0, 0], id="24 hours later"),
        pytest.param(
            waiting(MIDNIGHT, created_date="2024-01-07"), [1, 0], id="opened on the last day"
        ),
        pytest.param(waiting(MIDNIGHT, created_date="2024-01-08"), [0, 0], id="not yet opened"),
        pytest.param(
            waiting(MIDNIGHT, **done("2024-01-08"), resolution_hours_clean=1.0), [1, 0],
            id="resolved on the next day",
        ),
        pytest.param(
            waiting(MIDNIGHT, **done("2024-01-07"), resolution_hours_clean=1.0), [0, 0],
            id="resolved on the last day",
        ),
        pytest.param(waiting(MIDNIGHT, hours_open=None), [0, 0], id="a date without a time"),
        pytest.param(waiting("2024-01-15 12:00:00+00"), [0, 1], id="after the data"),
        pytest.param({"created_date": "2024-01-03", "hours_open": 9.0}, [0, 0], id="no target"),
    ],
)  # fmt: skip
def test_what_is_due_within_24_hours_of_the_end_of_a_week(tmp_path, ticket, expected):
    run = {"as_of": "2024-01-14 23:59:59+00"}
    assert due_soon(tmp_path, JANUARY[:14], ticket, run) == expected


def due_soon(tmp_path, dates: list[str], ticket: dict, run: dict) -> list[float]:
    """Return due_24h of the weeks; the ticket is the only one."""
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=[day(date) for date in dates],
        features_daily=[due_on(date, 0, missed=0) for date in dates],
        fact_tickets=[ticket],
        _runs=[RUN | run],
    )
    covered = replace(coverage.read_coverage(warehouse), with_target=1)
    return series.read_weeks(warehouse, covered)["due_24h"].tolist()


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        # In New York 10 March 2024 has 23 hours: 24 hours after its first midnight is 01:00.
        pytest.param("2024-03-11 04:59:59+00", 1, id="00:59:59 two days later, in 24 hours"),
        pytest.param("2024-03-11 05:00:00+00", 0, id="01:00 two days later"),
    ],
)
def test_24_hours_are_24_hours_on_a_day_of_23(tmp_path, due, expected):
    dates = [f"{date:%Y-%m-%d}" for date in pd.date_range("2024-03-03", "2024-03-09")]
    run = {"as_of": "2024-03-10 04:59:59+00", "timezone": "America/New_York"}
    ticket = waiting(due, created_date="2024-03-08", due_date="2024-03-11")
    assert due_soon(tmp_path, dates, ticket, run) == [expected]
