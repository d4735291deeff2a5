"""The figures of the sample against a slow computation from its tickets, one by one."""

import pandas as pd
import pytest

from opsdesk.trends import coverage, series
from opsdesk.trends.arrivals import read_arrivals
from opsdesk.trends.debt import read_debt
from opsdesk.trends.periods import last_periods, read_periods

DAY = pd.Timedelta(days=1)
DATES = ("created_date", "resolved_date")


@pytest.fixture(scope="session")
def tickets(sample):
    rows = sample.query("SELECT * FROM fact_tickets")
    return rows.assign(**{name: pd.to_datetime(rows[name]) for name in DATES})


@pytest.fixture(scope="session")
def covered(sample):
    return coverage.read_coverage(sample)


def open_at_end(tickets: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    is_open = tickets["resolved_date"].isna() | (tickets["resolved_date"] > day)
    return tickets[(tickets["created_date"] <= day) & is_open]


def test_total_age(sample, covered, tickets):
    days = series.read_days(sample, covered).set_index("ops_date")["total_age_days"]
    slow = {
        day: (day - open_at_end(tickets, day)["created_date"]).dt.days.sum() for day in days.index
    }
    assert days.to_dict() == slow


def test_due_within_24_hours(sample, covered, tickets):
    weeks = series.read_weeks(sample, covered)
    slow = []
    for end in weeks["week_ending"] + DAY:
        midnight = end.tz_localize("UTC")
        due = open_at_end(tickets, end - DAY)["due_at"]
        slow.append(((due >= midnight) & (due < midnight + DAY)).sum())
    assert weeks["due_24h"].tolist() == slow
    assert slow[-1] == 5  # as in the table of what breaches next


def test_debt(sample, covered, tickets):
    for row in read_debt(sample, covered).itertuples():
        stock = open_at_end(tickets, row.ops_date)
        new = stock["created_date"] > row.ops_date - 28 * DAY
        assert (row.open_tickets, row.opened_within) == (len(stock), new.sum())


def test_arrivals(sample, covered, tickets):
    arrivals = read_arrivals(sample, covered)
    recent = tickets[tickets["created_date"] > pd.Timestamp("2023-05-05")]["created_at"]
    slow = recent.groupby([recent.dt.day_name(), recent.dt.hour]).size()
    by_hour = arrivals.set_index(["weekday", "hour"])["tickets"]
    assert by_hour[by_hour > 0].to_dict() == slow.to_dict()


def test_periods(sample, covered, tickets):
    spans = last_periods(covered)
    periods = read_periods(sample, covered, spans).set_index("figure")
    for column, span in zip(("before", "now"), spans, strict=True):
        first, last = pd.Timestamp(span.first), pd.Timestamp(span.last)
        done = tickets[tickets["resolved_date"].between(first, last)]
        hours = done["resolution_hours_clean"].dropna().sort_values()
        due = tickets[pd.to_datetime(tickets["due_date"]).between(first, last)]
        assert periods[column].dropna().to_dict() == pytest.approx(
            {
                "inflow": tickets["created_date"].between(first, last).sum(),
                "outflow": len(done),
                "backlog_size": len(open_at_end(tickets, last)),
                "attainment": 1 - due["breached_at"].notna().mean(),
                "breach_rate": done["sla_breached"].dropna().astype(bool).mean(),
                "median_hours": hours.iloc[-(-len(hours) // 2) - 1],
                "p90_hours": hours.iloc[-(-len(hours) * 9 // 10) - 1],
            }
        )
