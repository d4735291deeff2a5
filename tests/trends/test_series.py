"""The frames behind the charts, on tables small enough to compute by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.display.frames import in_words
from opsdesk.errors import OpsdeskError
from opsdesk.trends import coverage, series, snapshot
from trends_warehouse import RUN, Published, day, due_on, resolved, still_open

# 2024-01-01 is a Monday.
JANUARY = [f"{date:%Y-%m-%d}" for date in pd.date_range("2024-01-01", "2024-01-31")]


def counts(**tickets_by_day: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "days": [int(name[1:]) for name in tickets_by_day],
            "tickets": list(tickets_by_day.values()),
        }
    )


@pytest.fixture
def warehouse(tmp_path):
    """Wednesday 3 to Tuesday 16 January: a first week cut short, one whole week, and two days of the next."""
    days = [
        day(date, backlog_size=10 + n, inflow=3, outflow=2, past_due=n)
        for n, date in enumerate(JANUARY[2:16])
    ]
    due = [due_on(date, 2, missed=int(date >= "2024-01-13")) for date in JANUARY[2:16]]
    tickets = [
        *[
            resolved("2024-01-08", hours, breached=hours > 8)
            for hours in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
        ],
        *[resolved("2024-01-14", hours, breached=hours > 8) for hours in (9.0, 1000.0)],
        resolved("2024-01-14", None, breached=None),
        resolved("2024-01-15", 5000.0, breached=True),
        still_open("2024-01-05", 288.0),
    ]
    run = RUN | {"as_of": "2024-01-16 23:59:59+00"}
    return Published(
        tmp_path / "w.duckdb",
        backlog_daily=days,
        features_daily=due,
        fact_tickets=tickets,
        _runs=[run],
    )


@pytest.fixture
def known(warehouse):
    return coverage.read_limits(warehouse)


def test_days_carry_their_marks(warehouse, known):
    days = series.read_days(warehouse, replace(known, as_of=pd.Timestamp("2024-01-16 12:00")))
    assert len(days) == 14
    assert days["ops_date"].iloc[0] == pd.Timestamp("2024-01-03")
    assert days["is_partial"].tolist() == [False] * 13 + [True]
    assert days["as_of"].unique().tolist() == [pd.Timestamp("2024-01-16 12:00")]


def test_only_whole_weeks_from_monday_to_sunday(warehouse, known):
    week = series.read_weeks(warehouse, known)
    assert week["week_ending"].tolist() == [pd.Timestamp("2024-01-14")]
    week = week.iloc[0]
    assert (week["inflow"], week["outflow"], week["net_change"]) == (21, 14, 7)
    assert (week["backlog_size"], week["past_due"]) == (21, 11)  # at the end of Sunday, not summed
    assert week["attainment"] == 1 - 2 / 14


def test_a_week_whose_sunday_is_not_over_is_not_whole(warehouse, known):
    half_sunday = replace(
        known, last_day=pd.Timestamp("2024-01-14"), as_of=pd.Timestamp("2024-01-14 12:00")
    )
    assert series.read_weeks(warehouse, half_sunday).empty


def test_percentiles_and_breach_rate_are_those_of_the_weeks_tickets(warehouse, known):
    week = series.read_weeks(warehouse, known).iloc[0]
    # Ten timed tickets: the fifth is the first with a cumulative share of one half, the ninth of nine tenths.
    assert (week["median_hours"], week["p90_hours"]) == (5.0, 9.0)
    assert (week["judged"], week["breached"], week["breach_rate"]) == (10, 2, 0.2)


def test_rates_of_a_week_without_tickets_are_unknown(tmp_path):
    days = [day(date) for date in JANUARY]
    due = [due_on(date, 0, missed=0) for date in JANUARY]
    warehouse = Published(tmp_path / "w.duckdb", backlog_daily=days, features_daily=due)
    weeks = series.read_weeks(warehouse, coverage.read_limits(warehouse))
    assert len(weeks) == 4
    assert weeks[["attainment", "breach_rate", "median_hours", "p90_hours"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("resolved_after", "open_since", "expected"),
    [
        pytest.param(counts(d0=9), counts(), 1, id="all on the first day"),
        pytest.param(counts(d0=8, d5=2), counts(), 4, id="1.6 of 2.0 ticket-days"),
        pytest.param(counts(d0=7, d5=3), counts(), 5, id="2.2 of 2.5, as 1.9 is too little"),
        pytest.param(counts(d0=5), counts(d9=5), None, id="half never resolved: too short to tell"),
        pytest.param(
            counts(d0=5, d2=3), counts(d1=10), 3, id="watched for a day: not slow after it"
        ),
        pytest.param(counts(), counts(), None, id="no tickets at all"),
    ],
)
def test_burn_in_lasts_until_four_fifths_of_the_stock_would_be_there(
    resolved_after, open_since, expected
):
    assert (
        coverage.burn_in_days(coverage.shares_still_open(resolved_after, open_since), horizon=10)
        == expected
    )


def test_shares_still_open_leave_out_those_no_longer_watched():
    shares = coverage.shares_still_open(counts(d0=5, d2=3), counts(d1=10, d3=2))
    # 15 of 20 survive day 0; of the 5 still watched on day 2 (3 resolved, 2 open) two fifths do.
    assert shares.to_dict() == pytest.approx({1: 0.75, 2: 0.75, 3: 0.3, 4: 0.3})


def test_burn_in_reaches_from_the_first_day_and_never_past_the_last(known):
    first, last = pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-16")
    assert replace(known, burn_in_days=1).burn_in_until == first
    assert replace(known, burn_in_days=5).burn_in_until == pd.Timestamp("2024-01-07")
    assert replace(known, burn_in_days=99).burn_in_until == last
    assert replace(known, burn_in_days=None).burn_in_until == last


@pytest.mark.parametrize(
    ("as_of", "partial"),
    [
        pytest.param("2024-01-16 23:59:59", False, id="the last second ends the day"),
        pytest.param("2024-01-16 23:59:58", True, id="a second before it does not"),
    ],
)
def test_last_day_is_partial_until_its_last_second(known, as_of, partial):
    assert replace(known, as_of=pd.Timestamp(as_of)).is_last_day_partial is partial


def test_as_of_is_wall_time_of_the_run_published_last(tmp_path):
    older = RUN | {"published_at": "2024-01-20 00:00:00+00", "as_of": "2024-01-19 12:00:00+00"}
    boston = RUN | {"as_of": "2024-02-01 04:59:59+00", "timezone": "America/New_York"}
    warehouse = Published(
        tmp_path / "w.duckdb", _runs=[older, boston], backlog_daily=[day("2024-01-31")]
    )
    assert coverage.read_limits(warehouse).as_of == pd.Timestamp("2024-01-31 23:59:59")


def test_nothing_published_says_what_to_do(tmp_path):
    with pytest.raises(OpsdeskError, match="run 03_transform first"):
        coverage.read_limits(Published(tmp_path / "w.duckdb", _runs=[]))


def test_limits_speak_of_an_export_without_open_tickets(known):
    table = coverage.describe_limits(replace(known, open_tickets=0))
    assert "filtered by closing date" in table.loc["Open tickets", "what it means"]


def test_headline(tmp_path):
    week_before = [
        f"2023-12-{date}" for date in range(25, 32)
    ]  # neither in the 28 days nor in the four weeks
    stocks = {"backlog_size": 40, "past_due": 7, "age_p50_days": 3, "age_p90_days": 9}
    days = [day(date, inflow=90, **stocks) for date in week_before]
    days += [day(date, inflow=2, outflow=1, **stocks) for date in JANUARY]
    due = [due_on(date, 1, missed=1) for date in week_before]
    due += [due_on(date, 1, missed=int(n % 7 == 0)) for n, date in enumerate(JANUARY)]
    risks = [
        {"ticket_id": str(hours), "hours_left": hours} for hours in (-1.0, 0.0, 0.5, 24.0, 24.1)
    ]
    tickets = [still_open("2024-01-02", 700.0), still_open("2024-01-30", 30.0)]
    warehouse = Published(
        tmp_path / "w.duckdb",
        backlog_daily=days,
        features_daily=due,
        fact_tickets=tickets,
        ticket_sla_risk=risks,
    )
    known = coverage.read_limits(warehouse)
    read_days, read_weeks = series.read_days(warehouse, known), series.read_weeks(warehouse, known)
    assert snapshot.read_headline(warehouse, read_days, read_weeks)["value"].to_dict() == {
        "Open": "40",
        "Past due": "7",
        "Due in 24 hours": "2",
        "Net growth": "+28",
        "SLA attainment": "85.7%",  # 24 of the 28 that fell due from 1 to 28 January
        "Age, median": "3 days",
        "Age, p90": "9 days",
        "Oldest": "29 days",
    }


def test_deadlines_are_those_of_the_next_24_hours_the_next_first(tmp_path):
    risks = [
        {"ticket_id": str(hours), "hours_left": hours}
        for hours in (24.0, 24.1, None, 0.0, -3.0, 0.5)
    ]
    assert snapshot.read_deadlines(Published(tmp_path / "w.duckdb", ticket_sla_risk=risks))[
        "ticket_id"
    ].tolist() == [
        "0.5",
        "24.0",
    ]


def segment(date: str, dimension: str, name: str, backlog: int, **values: int) -> dict:
    zeros = dict.fromkeys(
        ("created", "resolved", "past_due", "sla_due_tickets", "sla_due_missed"), 0
    )
    return zeros | {
        "ops_date": date,
        "dimension": dimension,
        "segment": name,
        "backlog_size": backlog,
        **values,
    }


def test_segments_show_the_largest_and_sum_the_rest(tmp_path):
    names = {"a": 9, "b": 5, "c": 3, "d": 2}
    rows = [
        segment("2024-01-31", "category", name, size, past_due=1) for name, size in names.items()
    ]
    rows += [
        segment("2024-01-04", "category", "a", 99, created=4, sla_due_tickets=4, sla_due_missed=1)
    ]
    rows += [segment("2024-01-03", "category", "a", 99, created=100)]  # before the 28 days
    rows += [segment("2024-01-31", "priority", "(none)", 19)]
    warehouse = Published(
        tmp_path / "w.duckdb", segment_daily=rows, backlog_daily=[day("2024-01-31")]
    )
    segments = snapshot.read_segments(warehouse, coverage.read_limits(warehouse), shown=2)
    assert segments["segment"].tolist() == ["a", "b", "(2 others)"]
    assert segments["open_tickets"].tolist() == [9, 5, 5]
    assert segments["past_due"].tolist() == [1, 1, 2]
    assert segments["opened"].tolist() == [4, 0, 0]
    assert segments["attainment"].iloc[0] == 0.75
    assert set(segments["dimension"]) == {
        "category"
    }  # everything is in one priority: nothing to compare


def test_agents_by_open_tickets_with_days_of_work_where_capacity_is_known(tmp_path):
    loads = {"ann": 6, "bob": 20, "(unassigned)": 8, "cy": 0, "dan": 5}
    warehouse = Published(
        tmp_path / "w.duckdb",
        backlog_daily=[day("2024-01-31")],
        daily_agent_load=[
            {"ops_date": "2024-01-31", "agent_id": name, "open_tickets": n}
            for name, n in loads.items()
        ]
        + [{"ops_date": "2024-01-30", "agent_id": "bob", "open_tickets": 99}],
        dim_agents=[
            {"agent_id": "bob", "name": "Bob", "team": "North", "daily_capacity": 8.0},
            {"agent_id": "dan", "name": "Dan", "team": None, "daily_capacity": 0.0},
        ],
    )
    agents = snapshot.read_agents(warehouse, coverage.read_limits(warehouse), shown=4)
    assert agents["agent_id"].tolist() == ["bob", "(unassigned)", "ann", "dan"]
    assert agents["is_agent"].tolist() == [True, False, True, True]
    assert agents["team"].iloc[0] == "North"
    assert agents["days_of_work"].iloc[0] == 2.5
    assert agents["days_of_work"].iloc[1:].isna().all()  # unknown, unknown, and a capacity of zero


def test_tables_are_in_words_with_units(warehouse, known):
    table = in_words(series.read_weeks(warehouse, known), "inflow", "attainment", "median_hours")
    assert table.columns.name == "week ending"
    assert table.loc["2024-01-14"].to_dict() == {
        "opened": "21",
        "SLA attainment": "85.7%",
        "median resolution (hours)": "5.0",
    }


def test_tables_leave_out_marks_and_what_nobody_knows():
    agents = pd.DataFrame(
        {"agent_id": ["ann"], "team": [None], "open_tickets": [3], "is_agent": [True]}
    )
    assert in_words(agents).to_dict() == {"open": {"ann": "3"}}
