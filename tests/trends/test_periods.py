"""Two periods like for like: which days they have, their figures and their words."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from opsdesk.trends import coverage
from opsdesk.trends.period_words import about_periods, period_table
from opsdesk.trends.periods import last_periods, read_periods
from opsdesk.trends.spans import Span
from trends_warehouse import RUN, day, published

DATES = [f"{each:%Y-%m-%d}" for each in pd.date_range("2024-01-01", "2024-02-29")]
BEFORE = Span(date(2024, 1, 5), date(2024, 2, 1))
NOW = Span(date(2024, 2, 2), date(2024, 2, 29))


@pytest.fixture
def known(desk):
    """Sixty days; the burn-in is the first one."""
    return replace(coverage.read_coverage(desk), burn_in_days=1, with_target=9, judged=9)


CASES = [
    pytest.param({}, (BEFORE, NOW), id="28 days each"),
    pytest.param(
        {"as_of": pd.Timestamp("2024-02-29 12:00")},
        (Span(date(2024, 1, 4), date(2024, 1, 31)), Span(date(2024, 2, 1), date(2024, 2, 28))),
        id="the last day is not over",
    ),
    pytest.param(
        {"burn_in_days": 14},
        (Span(date(2024, 1, 15), date(2024, 2, 1)), Span(date(2024, 2, 12), date(2024, 2, 29))),
        id="ten days of burn-in: both lose their first ten",
    ),
    pytest.param(
        {"burn_in_days": 25},
        (Span(date(2024, 1, 26), date(2024, 2, 1)), Span(date(2024, 2, 23), date(2024, 2, 29))),
        id="a week is enough",
    ),
    pytest.param({"burn_in_days": 26}, None, id="six days are too few"),
    pytest.param({"burn_in_days": None}, None, id="all burn-in"),
    pytest.param(
        {"closed_from": pd.Timestamp("2024-01-08"), "burn_in_days": None},
        (Span(date(2024, 1, 8), date(2024, 2, 1)), Span(date(2024, 2, 5), date(2024, 2, 29))),
        id="filtered by closing date from the 8th",
    ),
    pytest.param(
        {"intake_until": pd.Timestamp("2024-02-27")},
        (Span(date(2024, 1, 3), date(2024, 1, 30)), Span(date(2024, 1, 31), date(2024, 2, 27))),
        id="until intake ended",
    ),
]


@pytest.mark.parametrize(("facts", "spans"), CASES)
def test_which_days(known, facts, spans):
    assert last_periods(replace(known, **facts)) == spans


def features(when: str) -> dict:
    """10 opened, 9 resolved per day, of these 6 in time; 2 due; from 2 February one more of each."""
    more = int(when >= "2024-02-02")
    return {
        "ops_date": when, "total_tickets": 10 + more, "resolved_tickets": 9 + more, "open_tickets": int(when[-2:]) + more,
        "met": 6, "breached": 2 + more, "sla_due_tickets": 2 + more, "sla_due_missed": more,
    }  # fmt: skip


def resolved_on(when: str, *hours: float) -> list[dict]:
    answer = {"first_response_date": when, "first_response_hours": 0.5}
    ticket = {"is_resolved": True, "resolved_date": when}
    return [ticket | answer | {"resolution_hours_clean": one} for one in hours]


@pytest.fixture
def desk(tmp_path):
    return published(
        tmp_path / "w.duckdb",
        backlog_daily=[day(when) for when in DATES],
        features_daily=[features(when) for when in DATES],
        fact_tickets=[
            *resolved_on("2024-01-04", 900.0),  # a day before both
            *resolved_on("2024-01-05", 1.0, 2.0),
            *resolved_on("2024-02-01", 3.0),
            *resolved_on("2024-02-02", *range(1, 11)),
        ],
        _runs=[RUN | {"as_of": "2024-02-29 23:59:59+00"}],
    )


def test_the_figures_of_both(desk, known):
    periods = read_periods(desk, known, (BEFORE, NOW)).set_index("figure")
    assert periods["before"].to_dict() == {
        "inflow": 280,
        "outflow": 252,
        "backlog_size": 1,  # of 1 February
        "attainment": 1.0,
        "breach_rate": 0.25,
        "median_hours": 2.0,
        "p90_hours": 3.0,
        "median_response_hours": 0.5,
    }
    assert periods["now"].drop("breach_rate").to_dict() == {
        "inflow": 308,
        "outflow": 280,
        "backlog_size": 30,
        "attainment": pytest.approx(2 / 3),
        "median_hours": 5.0,
        "p90_hours": 9.0,
        "median_response_hours": 0.5,
    }
    assert periods.loc["breach_rate", "now"] == pytest.approx(3 / 9)
    assert periods.loc["inflow", "change"] == 28


def test_the_figures_in_words(desk, known):
    table = period_table(read_periods(desk, known, (BEFORE, NOW)))
    assert table.to_numpy().tolist() == [
        ["opened", "280", "308", "+28"],
        ["resolved", "252", "280", "+28"],
        ["open at its end", "1", "30", "+29"],
        ["SLA attainment", "100%", "66.7%", "−33.3 pts"],
        ["breach rate", "25%", "33.3%", "+8.3 pts"],
        ["median resolution (hours)", "2.0", "5.0", "+3.0"],
        ["p90 resolution (hours)", "3.0", "9.0", "+6.0"],
        ["median first response (hours)", "0.5", "0.5", "±0.0"],
    ]


@pytest.mark.parametrize(
    ("facts", "unknown"),
    [
        pytest.param({"with_target": 0}, {"attainment"}, id="a flag only"),
        pytest.param(
            {"with_target": 0, "judged": 0}, {"attainment", "breach_rate"}, id="no target"
        ),
        pytest.param({"responded": 0}, {"median_response_hours"}, id="no first response"),
        pytest.param(
            {"closed_from": pd.Timestamp("2024-01-01")},
            {"inflow", "backlog_size", "attainment", "median_response_hours"},
            id="filtered by closing date",
        ),
    ],
)
def test_what_the_export_cannot_know(desk, known, facts, unknown):
    periods = read_periods(desk, replace(known, **facts), (BEFORE, NOW)).set_index("figure")
    assert set(periods.index[periods["now"].isna()]) == unknown
    assert len(period_table(periods.reset_index())) == 8 - len(unknown)


def test_no_two_periods(desk, known):
    periods = read_periods(desk, known, None)
    assert periods.empty
    assert period_table(periods).empty
    assert about_periods(None) == ""


def test_a_figure_that_is_not_known_in_one_of_them(desk, known):
    spans = (Span(date(2024, 1, 8), date(2024, 1, 14)), Span(date(2024, 2, 2), date(2024, 2, 8)))
    table = period_table(read_periods(desk, known, spans)).set_index("figure")
    assert table.loc["median resolution (hours)"].tolist() == ["–", "5.0", "–"]


def test_the_sentence_about_the_days(known):
    assert about_periods((BEFORE, NOW)) == (
        "The 28 days from 2024-02-02 to 2024-02-29 are compared with the 28 from 2024-01-05 to "
        "2024-02-01."
    )
    cut = about_periods(last_periods(replace(known, burn_in_days=14)))
    assert cut.startswith("The 18 days from 2024-02-12 to 2024-02-29")
    assert cut.endswith("days before that are in the burn-in, or not in the export.")
