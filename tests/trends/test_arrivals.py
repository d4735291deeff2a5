"""Arrivals by hour and weekday, on a few tickets typed by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.trends import coverage
from opsdesk.trends.arrival_words import about_arrivals, about_span
from opsdesk.trends.arrivals import by_weekday, read_arrivals
from trends_warehouse import JANUARY, day, published


def arrived(created_at: str, hour: int, **values: object) -> dict:
    """A ticket in local time that is an hour ahead of UTC; it was resolved after two hours."""
    local = pd.Timestamp(created_at) + pd.Timedelta(hours=1)
    return {
        "created_at_ts": f"{created_at}+00",
        "created_date": f"{local:%Y-%m-%d}",
        "day_of_week": f"{local:%a}",
        "hour_of_day": hour,
        "resolution_hours_clean": 2.0,
    } | values


NO_HOURS = {"resolution_hours_clean": None, "hours_open": None}
# 1 January is a Monday; the last of three whole weeks ends on Wednesday the 24th.
TICKETS = [
    arrived("2024-01-03 08:59:59", 9),  # Wednesday, a day before the three weeks
    arrived("2024-01-04 08:00:00", 9),  # Thursday
    arrived("2024-01-08 07:59:59", 8),  # Mondays
    arrived("2024-01-15 07:00:00", 8, **NO_HOURS | {"hours_open": 1.0}),
    arrived("2024-01-22 07:30:00", 8),
    arrived("2024-01-10 23:30:00", 0),  # Thursday in local time
    arrived("2024-01-09 23:00:00", 0, **NO_HOURS),  # a date without a time
    arrived("2024-01-11 22:07:00", 23, **NO_HOURS),  # only its resolution is a date
    arrived("2024-01-25 07:30:00", 8),  # on the day that is not over
]


@pytest.fixture
def desk(tmp_path):
    days = [day(date) for date in JANUARY[:25]]
    return published(tmp_path / "w.duckdb", backlog_daily=days, ticket_sla_risk=TICKETS)


@pytest.fixture
def known(desk):
    return replace(coverage.read_coverage(desk), as_of=pd.Timestamp("2024-01-25 12:00"))


def test_the_hours_of_the_last_whole_weeks(desk, known):
    arrivals = read_arrivals(desk, known)
    assert len(arrivals) == 168
    found = arrivals[arrivals["tickets"] > 0]
    assert found[["weekday", "hour", "tickets", "per_week"]].to_numpy().tolist() == [
        ["Monday", 8, 3, 1.0],
        ["Thursday", 0, 1, 1 / 3],
        ["Thursday", 9, 1, 1 / 3],
        ["Thursday", 23, 1, 1 / 3],
    ]
    assert arrivals["without_hour"].unique().tolist() == [1]
    assert about_span(arrivals) == "2024-01-04 to 2024-01-24, 3 weeks"
    assert about_arrivals(arrivals) == (
        "Most tickets arrive on Monday, 08:00–09:00: 1.0 in that hour, against 0.0 in a mean hour "
        "of the week. Half of them arrive in 1 of its 168 hours. "
        "1 ticket has a date without a time and is in no hour."
    )


def test_the_weekdays(desk, known):
    table = by_weekday(read_arrivals(desk, known))
    assert table.iloc[0].tolist() == ["Monday", 3, 0.5, "08:00–09:00"]
    assert table.iloc[1, :3].tolist() == ["Tuesday", 0, 0.0]
    assert pd.isna(table["busiest"].iloc[1])
    assert table.iloc[3].tolist() == ["Thursday", 3, 0.5, "00:00–01:00"]  # the first of equal ones


def test_at_most_eight_weeks(desk, known):
    long = replace(known, first_day=pd.Timestamp("2023-01-01"))
    arrivals = read_arrivals(desk, long)
    assert about_span(arrivals) == "2023-11-30 to 2024-01-24, 8 weeks"
    assert arrivals["tickets"].sum() == 7


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"closed_from": pd.Timestamp("2024-01-01")}, id="filtered by closing date"),
        pytest.param({"first_day": pd.Timestamp("2024-01-19")}, id="six days"),
    ],
)
def test_where_it_is_not_known_there_is_no_row(desk, known, facts):
    arrivals = read_arrivals(desk, replace(known, **facts))
    assert arrivals.empty
    assert by_weekday(arrivals).empty
    assert (about_arrivals(arrivals), about_span(arrivals)) == ("", "")


def test_after_intake_its_last_weeks_count(desk, known):
    ended = replace(known, intake_until=pd.Timestamp("2024-01-10"))
    assert about_span(read_arrivals(desk, ended)) == "2024-01-04 to 2024-01-10, 1 week"
