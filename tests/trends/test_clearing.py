"""Days to clear: the pace of the last 28 whole days, on days typed by hand."""

import pandas as pd
import pytest

from opsdesk.trends.clearing import Clearing, days_to_clear, measure_clearing
from opsdesk.trends.stock_words import about_clearing

MARKS = {
    "is_partial": False,
    "burn_in_until": pd.Timestamp("2024-01-01"),
    "intake_until": pd.NaT,
    "why_no_backlog": "",
}


def days(**values: object) -> pd.DataFrame:
    """Thirty days from 1 January: 10 opened, 11 resolved, 84 open at the end."""
    flows = {"inflow": 10, "outflow": 11, "backlog_size": range(113, 83, -1)}
    dates = pd.date_range("2024-01-01", periods=30)
    return pd.DataFrame({"ops_date": dates}).assign(**MARKS | flows | values)


def test_the_pace_is_that_of_the_last_28_days():
    flows = [50, 50, *[10] * 28]  # the first two days are before them
    clearing = measure_clearing(days(inflow=flows))
    assert clearing == Clearing(backlog=84, net_outflow=28)
    assert clearing.days == 84  # one less per day


def test_a_day_that_is_not_over_has_no_pace():
    last = [False] * 29 + [True]
    frame = days(is_partial=last, outflow=[*[11] * 29, 0])
    assert measure_clearing(frame) == Clearing(backlog=85, net_outflow=28)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        pytest.param({"is_partial": True}, "no day is over yet", id="one day, at noon"),
        pytest.param(
            {"burn_in_until": pd.Timestamp("2024-01-03")},
            "fewer than 28 days after the burn-in are over", id="the first of 28 is burn-in",
        ),
        pytest.param(
            {"is_partial": [True] * 3 + [False] * 27},
            "fewer than 28 days after the burn-in are over", id="27 days",
        ),
        pytest.param(
            {"intake_until": pd.Timestamp("2024-01-20")}, "intake ends on 2024-01-20", id="intake",
        ),
        pytest.param(
            {"why_no_backlog": "Filtered.", "backlog_size": float("nan"), "inflow": float("nan")},
            "this export looks filtered by closing date", id="no backlog",
        ),
    ],
)  # fmt: skip
def test_where_the_pace_is_not_known_it_says_why(values, why):
    clearing = measure_clearing(days(**values))
    assert (clearing.why, clearing.days, days_to_clear(clearing)) == (why, None, "")
    assert about_clearing(clearing) == f"How long the open tickets last is not known: {why}."


def test_28_days_right_after_the_burn_in_are_enough():
    assert measure_clearing(days(burn_in_until=pd.Timestamp("2024-01-02"))).why == ""


@pytest.mark.parametrize(
    ("clearing", "short", "sentence"),
    [
        pytest.param(
            Clearing(74, 6), "346 days",  # 74 x 28 / 6 = 345.3
            "In the last 28 days, 6 more tickets were resolved than opened. "
            "At this pace the 74 open tickets are cleared in 346 days.",
            id="begun days count",
        ),
        pytest.param(
            Clearing(1_000, 28), "2.7 years",
            "In the last 28 days, 28 more tickets were resolved than opened. "
            "At this pace the 1,000 open tickets are cleared in 2.7 years.",
            id="1000 days",
        ),
        pytest.param(
            Clearing(3, 84), "1 day",
            "In the last 28 days, 84 more tickets were resolved than opened. "
            "At this pace the 3 open tickets are cleared in 1 day.",
            id="one day",
        ),
        pytest.param(
            Clearing(9_879, -1_245), "grows",
            "The backlog grows. In the last 28 days, 1,245 more tickets were opened than resolved.",
            id="grows",
        ),
        pytest.param(
            Clearing(9, 0), "stays",
            "In the last 28 days, as many tickets were resolved as opened: "
            "the backlog stays as it is.",
            id="neither",
        ),
        pytest.param(Clearing(0, -3), "0 days", "No ticket is open.", id="nothing is open"),
        pytest.param(
            Clearing(1, 1), "28 days",
            "In the last 28 days, 1 more ticket was resolved than opened. "
            "At this pace the open ticket is cleared in 28 days.",
            id="one ticket",
        ),
    ],
)  # fmt: skip
def test_in_words(clearing, short, sentence):
    assert (days_to_clear(clearing), about_clearing(clearing)) == (short, sentence)
