"""Debt and total age: what of the backlog is new, and how old it is, typed by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.trends import coverage, series
from opsdesk.trends.debt import read_debt
from opsdesk.trends.stock_words import about_debt, about_total_age
from opsdesk.trends.total_age import total_age
from trends_warehouse import JANUARY, day, due_on, published


def ticket(created: str, resolved: str | None = None) -> dict:
    is_resolved = resolved is not None
    return {"created_date": created, "resolved_date": resolved, "is_resolved": is_resolved}


# The last day is 31 January, so the 28 days begin on the 4th, and those before end on the 3rd.
TICKETS = [
    ticket("2024-01-04"),  # new
    ticket("2024-01-31"),  # new
    ticket("2024-01-03"),  # older, and open 28 days before
    ticket("2024-01-01", "2024-01-20"),  # open then only
    ticket("2024-01-01", "2024-01-31"),  # resolved on the last day: not open at its end
    ticket("2024-01-02", "2024-01-03"),  # resolved on that day: not open at its end
    ticket("2024-01-10", "2024-01-12"),
]


@pytest.fixture
def desk(tmp_path):
    stocks = [4 if date < "2024-01-04" else 3 for date in JANUARY]
    days = [day(date, backlog_size=n) for date, n in zip(JANUARY, stocks, strict=True)]
    due = [due_on(date, 0, missed=0) for date in JANUARY]
    return published(
        tmp_path / "w.duckdb", backlog_daily=days, features_daily=due, fact_tickets=TICKETS
    )


@pytest.fixture
def known(desk):
    """Coverage whose burn-in is over on 2 January."""
    return replace(coverage.read_coverage(desk), burn_in_days=2)


def test_new_and_older_now_and_28_days_before(desk, known):
    debt = read_debt(desk, known)
    assert debt["ops_date"].tolist() == [pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-31")]
    figures = ["open_tickets", "opened_within", "older"]
    assert debt[figures].to_numpy().tolist() == [[3, 3, 0], [3, 2, 1]]
    assert about_debt(debt) == (
        "Of the 3 open tickets, 2 (67%) were opened in the last 28 days, and 1 is older. "
        "Of the 3 that were open 28 days before, 1 (33%) still is."
    )


def test_a_day_of_the_burn_in_is_left_out(desk, known):
    debt = read_debt(desk, replace(known, burn_in_days=3))
    assert debt["open_tickets"].tolist() == [3]
    assert about_debt(debt) == (
        "Of the 3 open tickets, 2 (67%) were opened in the last 28 days, and 1 is older."
    )


def test_the_last_day_is_the_last_whole_day(desk, known):
    noon = replace(known, as_of=pd.Timestamp("2024-01-31 12:00"))
    debt = read_debt(desk, replace(noon, burn_in_days=1))
    assert debt["ops_date"].iloc[-1] == pd.Timestamp("2024-01-30")
    assert debt["open_tickets"].tolist() == [3, 3]  # on the 2nd: two of the 1st, one of the 2nd


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"closed_from": pd.Timestamp("2024-01-01")}, id="filtered by closing date"),
        pytest.param({"intake_until": pd.Timestamp("2024-01-20")}, id="intake has ended"),
        pytest.param({"burn_in_days": None}, id="all burn-in"),
    ],
)
def test_where_it_is_not_known_there_is_no_row_and_no_sentence(desk, known, facts):
    debt = read_debt(desk, replace(known, **facts))
    assert debt.empty
    assert about_debt(debt) == ""


def test_nothing_open(tmp_path, known):
    warehouse = published(
        tmp_path / "none.duckdb",
        fact_tickets=[ticket("2024-01-01", "2024-01-02"), ticket("2024-01-03", "2024-01-09")],
    )
    debt = read_debt(warehouse, known)
    assert debt["open_tickets"].tolist() == [1, 0]
    assert about_debt(debt) == "No ticket is open."


def test_total_age_from_stocks_and_what_left():
    # A, B on the 1st; C on the 2nd; A resolved on the 3rd (2 days old); B and C on the 5th (4 + 3).
    days = pd.DataFrame({"backlog_size": [2, 3, 2, 2, 0], "waited_days": [0, 0, 2, 0, 7]})
    assert total_age(days).tolist() == [0, 2, 3, 5, 0]


def test_of_a_filter_by_closing_date_the_total_age_is_not_known(desk, known):
    filtered = replace(known, closed_from=pd.Timestamp("2024-01-01"))
    assert series.read_days(desk, filtered)["total_age_days"].isna().all()


def ends(*ages: float, burn_in_until: str = "2024-01-01") -> pd.DataFrame:
    dates = pd.date_range("2024-01-07", periods=len(ages), freq="7D")
    frame = pd.DataFrame({"week_ending": dates, "total_age_days": ages})
    return frame.assign(burn_in_until=pd.Timestamp(burn_in_until))


@pytest.mark.parametrize(
    ("weeks", "sentence"),
    [
        pytest.param(
            ends(9.0, 12_300.0, 12_345.0),
            "Together the open tickets are 12,345 days old, 45 more than a week before.",
            id="older",
        ),
        pytest.param(
            ends(20.0, 12.0), "Together the open tickets are 12 days old, 8 fewer than a week before.",
            id="younger",
        ),
        pytest.param(
            ends(20.0, 20.0), "Together the open tickets are 20 days old, as a week before.",
            id="the same",
        ),
        pytest.param(ends(20.0), "Together the open tickets are 20 days old.", id="one week"),
        pytest.param(
            ends(20.0, 30.0, burn_in_until="2024-01-07"),
            "Together the open tickets are 30 days old.",
            id="the week before is burn-in",
        ),
        pytest.param(
            ends(1.0, burn_in_until="2024-01-01"), "Together the open tickets are 1 day old.",
            id="one day",
        ),
        pytest.param(ends(3.0, 0.0), "", id="nothing open"),
        pytest.param(ends(float("nan"), float("nan")), "", id="not known"),
        pytest.param(ends(), "", id="no week"),
    ],
)  # fmt: skip
def test_total_age_in_words(weeks, sentence):
    assert about_total_age(weeks) == sentence
