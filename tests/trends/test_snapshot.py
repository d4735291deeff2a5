"""The service desk at as_of, on tables small enough to compute by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.trends import coverage, series, snapshot
from trends_warehouse import JANUARY, day, due_in, due_on, published, still_open


def test_headline(tmp_path):
    # Neither in the 28 days nor in the four weeks.
    week_before = [f"2023-12-{date}" for date in range(25, 32)]
    stocks = {"backlog_size": 40, "past_due": 7, "age_p50_days": 3, "age_p90_days": 9}
    days = [day(date, inflow=90, **stocks) for date in week_before]
    days += [day(date, inflow=2, outflow=1, **stocks) for date in JANUARY]
    due = [due_on(date, 1, missed=1) for date in week_before]
    due += [due_on(date, 1, missed=int(n % 7 == 0)) for n, date in enumerate(JANUARY)]
    facts, risks = zip(
        *(due_in(str(hours), hours, 1.0) for hours in (-1, 0, 0.5, 24, 24.1)), strict=True
    )
    tickets = [still_open("2024-01-02", 700.0), still_open("2024-01-30", 30.0), *facts]
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=days,
        features_daily=due,
        fact_tickets=tickets,
        ticket_sla_risk=risks,
    )
    covered = coverage.read_coverage(warehouse)
    days = series.read_days(warehouse, covered)
    weeks = series.read_weeks(warehouse, covered)
    assert snapshot.read_headline(warehouse, days, weeks)["value"].to_dict() == {
        "Open": "40",
        "Past due": "7",
        "Due in 24 hours": "2",
        "Net growth": "+28",
        "Days to clear": "–",  # all of it is burn-in
        "SLA attainment": "85.7%",  # 24 of the 28 that fell due from 4 to 31 January
        "Age, median": "3 days",
        "Age, p90": "9 days",
        "Oldest": "29 days",
    }


@pytest.mark.parametrize(
    ("facts", "figures"),
    [
        pytest.param(
            {"with_target": 0},
            {"Open": "4", "SLA": "–", "Net growth": "+1", "Days to clear": "–", "Age, median": "3 days",
             "Age, p90": "9 days", "Oldest": "29 days"},
            id="no target: neither past due 0 nor attainment",
        ),
        pytest.param(
            {"closed_from": pd.Timestamp("2024-01-01")},
            {"Open": "–", "SLA": "–", "Net growth": "–", "Days to clear": "–"},
            id="filtered by closing date: no backlog",
        ),
        pytest.param(
            {"intake_until": pd.Timestamp("2024-01-14")},
            {"Open": "4", "Past due": "0", "Due in 24 hours": "0", "SLA attainment": "–",
             "Net growth": "-3", "Days to clear": "–", "Age, median": "3 days", "Age, p90": "9 days",
             "Oldest": "29 days"},
            id="intake has ended: growth until then",
        ),
    ],
)  # fmt: skip
def test_headline_leaves_out_what_the_export_cannot_know(tmp_path, facts, figures):
    stocks = {"backlog_size": 4, "age_p50_days": 3, "age_p90_days": 9}
    days = [day(date, **stocks) for date in JANUARY]
    days[3]["outflow"] = 3  # the first of the last 28 days, and of the first two weeks
    days[20]["inflow"] = 4
    tickets = [] if "closed_from" in facts else [still_open("2024-01-02", 700.0)]
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=days,
        features_daily=[due_on(date, 0, missed=0) for date in JANUARY],
        fact_tickets=tickets,
    )
    covered = replace(coverage.read_coverage(warehouse), **facts)
    frames = series.read_days(warehouse, covered), series.read_weeks(warehouse, covered)
    headline = snapshot.read_headline(warehouse, *frames)
    assert headline["value"].to_dict() == figures
    if "intake_until" in facts:
        growth = headline.loc["Net growth", "what it is"]
        assert growth.endswith("in the last 2 whole weeks before intake ended on 2024-01-14")


def test_deadlines_are_those_of_the_next_24_hours_the_next_first(tmp_path):
    """By the wall clock, whatever is left on the SLA clock; a ticket without a time of day has no hours."""
    tickets = [
        due_in("at the end", 24, 0.0),
        due_in("a second later", 24 + 1 / 3600, 0.0),
        due_in("without a time of day", 12, None),
        due_in("now", 0, 0.0),
        due_in("over", -3, -1.0),
        due_in("next", 0.5, 0.5),
    ]
    facts, risks = zip(*tickets, strict=True)
    warehouse = published(tmp_path / "w.duckdb", fact_tickets=facts, ticket_sla_risk=risks)
    found = snapshot.read_deadlines(warehouse)
    assert found["ticket_id"].tolist() == ["next", "at the end"]
    assert found["due_at"].iloc[1] == pd.Timestamp("2024-02-01 23:59:59+00")


def test_agents_by_open_tickets_with_days_of_work_where_capacity_is_known(tmp_path):
    loads = {"ann": 6, "bob": 20, "(unassigned)": 8, "cy": 0, "dan": 5}
    warehouse = published(
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
    agents = snapshot.read_agents(warehouse, coverage.read_coverage(warehouse), shown=4)
    assert agents["agent_id"].tolist() == ["bob", "(unassigned)", "ann", "dan"]
    assert agents["is_agent"].tolist() == [True, False, True, True]
    assert agents["team"].iloc[0] == "North"
    assert agents["days_of_work"].iloc[0] == 2.5
    assert (
        agents["days_of_work"].iloc[1:].isna().all()
    )  # uncovered, uncovered, and a capacity of zero
