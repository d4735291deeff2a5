"""Reopen rate, waiting and passing on, by hand; what log and export do not agree on."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from logged_desk import published_tables
from opsdesk.trends.coverage import read_coverage
from opsdesk.trends.histories import LOG_ISSUES, count_paused, read_histories, read_log_issues
from opsdesk.trends.history_words import about_histories, about_moves, about_paused
from opsdesk.trends.series import read_weeks
from tickets import build, event, ticket

AS_OF = datetime(2023, 1, 15, 23, 59, 59, tzinfo=UTC)  # a Sunday; weeks end on Sundays


def warehouse_of(path, tickets, events):
    return published_tables(path / "w.duckdb", build(tickets, AS_OF, events=events), AS_OF, "UTC")


@pytest.fixture
def desk(tmp_path):
    """A is closed in both weeks, B has no log, C has one and is paused since the last day."""
    tickets = [
        ticket("2023-01-02 00:00", "2023-01-10 06:00", ticket_id="A", agent_id="A3"),
        ticket("2023-01-03 00:00", "2023-01-04 00:00", ticket_id="B"),
        ticket("2023-01-03 00:00", ticket_id="C", status="Waiting"),
    ]
    log = [
        event("A", "2023-01-02 03:00", "status", "Open", "Waiting"),  # 3 h on us
        event("A", "2023-01-02 08:00", "status", "Waiting", "Open"),  # 5 h on the customer
        event("A", "2023-01-02 09:00", "agent_id", None, "A1"),  # the first agent
        event("A", "2023-01-02 10:00", "agent_id", "A1", "A2"),  # passed on
        event("A", "2023-01-02 12:00", "status", "Open", "Solved"),  # 4 h on us
        event("A", "2023-01-10 00:00", "status", "Solved", "Open"),
        event("A", "2023-01-10 01:00", "agent_id", "A2", "A3"),  # passed on
        event("A", "2023-01-10 06:00", "status", "Open", "Solved"),  # 6 h on us
        event("C", "2023-01-15 12:00", "status", "Open", "Waiting"),
    ]
    return warehouse_of(tmp_path, tickets, log)


def test_each_hour_belongs_to_the_closing_that_comes_next(desk):
    covered = read_coverage(desk)
    frame = read_histories(desk, covered, read_weeks(desk, covered))
    assert [f"{day:%m-%d}" for day in frame["week_ending"]] == ["01-08", "01-15"]
    assert frame["closings"].tolist() == [2, 1]
    assert frame["reopened"].tolist() == [0, 1]
    assert frame["reopen_rate"].tolist() == [0.0, 1.0]
    assert frame["hours_with_us"].tolist() == [7.0, 6.0]
    assert frame["hours_with_customer"].tolist() == [5.0, 0.0]
    assert frame["reassignments"].tolist() == [1.0, 1.0]
    assert about_histories(frame) == [
        "In the week to 15 Jan, 1 ticket was reopened, against 1 closing (100%).",
        "On average a resolved ticket had waited 6.0 h on us and 0 min on the customer, and "
        "was passed on 1.0 times.",
    ]
    assert about_paused(*count_paused(desk)) == (
        "Of 1 open ticket, 1 is paused: a status stops the clock."
    )


def test_without_a_log_there_is_nothing(tmp_path):
    desk = warehouse_of(tmp_path, [ticket("2023-01-02 00:00", "2023-01-09 00:00")], [])
    covered = read_coverage(desk)
    frame = read_histories(desk, covered, read_weeks(desk, covered))
    assert frame.empty
    assert about_histories(frame) == []
    assert read_log_issues(desk).empty
    assert about_paused(*count_paused(desk)) == ""


def test_each_issue_of_the_log_is_counted_with_a_sentence(tmp_path):
    """A has two at once; B, C and E have one each; D agrees within 0.1 h."""
    tickets = [
        ticket("2023-01-02 10:00", ticket_id="A"),
        ticket("2023-01-02 10:00", "2023-01-03 10:00", ticket_id="B"),
        ticket("2023-01-02 10:00", "2023-01-03 10:00", ticket_id="C"),
        ticket("2023-01-02 10:00", "2023-01-03 10:00", ticket_id="D"),
        ticket("2023-01-02 10:00", ticket_id="E"),
    ]
    log = [
        event("A", "2023-01-02 09:00", "priority", "High", "Low"),
        event("A", "2023-01-03 10:00", "status", "Open", "Solved"),
        event("B", "2023-01-03 09:00", "status", "Open", "Waiting"),
        event("C", "2023-01-03 12:00", "status", "Open", "Solved"),
        event("D", "2023-01-03 10:06", "status", "Open", "Solved"),
        event("E", "2023-01-03 09:00", "status", "Solved", "Open"),
    ]
    found = read_log_issues(warehouse_of(tmp_path, tickets, log))
    assert found["tickets"].tolist() == [1, 1, 1, 1, 1]
    assert found["issue"].tolist() == sorted(LOG_ISSUES)
    assert found["meaning"].tolist() == [LOG_ISSUES[code] for code in sorted(LOG_ISSUES)]


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        pytest.param([(0, 0), (0, 0), (0, 0)], "", id="none"),
        pytest.param([(12, 4), (4, 13), (1, 0)], "17 open tickets came over from another segment: "
                     "High (+8), Odd (+1) and Low (−9).", id="both ways"),
        pytest.param([(1, 1), (0, 0), (0, 0)], "1 open ticket came over from another segment: "
                     "as many in as out.", id="there and back"),
    ],
)  # fmt: skip
def test_moves_in_words(moves, said):
    frame = pd.DataFrame(moves, columns=["moved_in", "moved_out"])
    assert about_moves(frame.assign(segment=["High", "Low", "Odd"])) == said
