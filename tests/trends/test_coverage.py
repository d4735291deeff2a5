"""How far the data reach, and how long the burn-in lasts."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.trends import coverage
from opsdesk.trends.burn_in import burn_in_days, shares_still_open
from opsdesk.trends.coverage_table import describe_coverage
from trends_warehouse import RUN, day, published


def counts(**tickets_by_day: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "days": [int(name[1:]) for name in tickets_by_day],
            "tickets": list(tickets_by_day.values()),
        }
    )


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
    shares = shares_still_open(resolved_after, open_since)
    assert burn_in_days(shares, horizon=10) == expected


def test_shares_still_open_leave_out_those_no_longer_watched():
    shares = shares_still_open(counts(d0=5, d2=3), counts(d1=10, d3=2))
    # 15 of 20 survive day 0; of the 5 still watched on day 2 (3 resolved, 2 open) two fifths do.
    assert shares.to_dict() == pytest.approx({1: 0.75, 2: 0.75, 3: 0.3, 4: 0.3})


def test_burn_in_reaches_from_the_first_day_and_never_past_the_last(covered):
    first, last = pd.Timestamp("2024-01-04"), pd.Timestamp("2024-01-16")
    assert replace(covered, burn_in_days=1).burn_in_until == first
    assert replace(covered, burn_in_days=5).burn_in_until == pd.Timestamp("2024-01-08")
    assert replace(covered, burn_in_days=99).burn_in_until == last
    assert replace(covered, burn_in_days=None).burn_in_until == last


@pytest.mark.parametrize(
    ("as_of", "partial"),
    [
        pytest.param("2024-01-16 23:59:59", False, id="the last second ends the day"),
        pytest.param("2024-01-16 23:59:58", True, id="a second before it does not"),
    ],
)
def test_last_day_is_partial_until_its_last_second(covered, as_of, partial):
    assert replace(covered, as_of=pd.Timestamp(as_of)).is_last_day_partial is partial


def test_as_of_is_wall_time_of_the_run_published_last(tmp_path):
    older = RUN | {"published_at": "2024-01-20 00:00:00+00", "as_of": "2024-01-19 12:00:00+00"}
    boston = RUN | {"as_of": "2024-02-01 04:59:59+00", "timezone": "America/New_York"}
    warehouse = published(
        tmp_path / "w.duckdb", _runs=[older, boston], backlog_daily=[day("2024-01-31")]
    )
    assert coverage.read_coverage(warehouse).as_of == pd.Timestamp("2024-01-31 23:59:59")


def test_nothing_published_says_what_to_do(tmp_path):
    with pytest.raises(OpsdeskError, match="run 03_transform first"):
        coverage.read_coverage(published(tmp_path / "w.duckdb", _runs=[]))


def test_coverage_says_that_all_is_resolved(covered):
    table = describe_coverage(replace(covered, open_tickets=0))
    assert table.loc["Open tickets"].tolist() == [
        "0 tickets",
        "None: every ticket in the export is resolved.",
    ]


def test_coverage_speaks_of_a_filter_by_closing_date_and_no_longer_of_a_backlog(covered):
    table = describe_coverage(replace(covered, closed_from=pd.Timestamp("2024-01-10")))
    assert "export all tickets" in table.loc["Filtered by closing date", "what it means"]
    assert not {"Open tickets", "Burn-in until", "Slow tail"} & set(table.index)


def test_coverage_says_where_intake_ends(covered):
    ended = replace(
        covered,
        intake_until=pd.Timestamp("2024-01-08"),
        resolved_until=pd.Timestamp("2024-01-16"),
    )
    assert describe_coverage(ended).loc["Intake ends"].tolist() == [
        "2024-01-08",
        "No ticket is opened after it, while tickets are resolved until 2024-01-16.",
    ]


@pytest.mark.parametrize(
    ("with_target", "judged", "value", "meaning"),
    [
        pytest.param(3, 0, "75.0% of tickets", "Only these can be past due", id="some"),
        pytest.param(0, 2, "no ticket", "judges 2 resolved tickets", id="a flag only"),
        pytest.param(0, 0, "no ticket", "name sla_hours or due_at under columns:", id="none"),
    ],
)
def test_coverage_says_how_many_have_a_target_and_how_to_give_one(
    covered, with_target, judged, value, meaning
):
    facts = replace(covered, tickets=4, with_target=with_target, judged=judged)
    row = describe_coverage(facts).loc["With an SLA target"]
    assert row["value"] == value
    assert meaning in row["what it means"]
