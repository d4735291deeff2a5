"""Frames as a person reads them."""

import pandas as pd
import pytest

from opsdesk.display.frames import as_table, in_words
from opsdesk.display.sentence import Sentence


def test_tables_are_in_words_with_units():
    week = {
        "week_ending": [pd.Timestamp("2024-01-14")],
        "inflow": [21],
        "outflow": [14],
        "attainment": [0.857142],
        "median_hours": [5.0],
        "is_partial": [False],
    }
    table = in_words(pd.DataFrame(week), "inflow", "attainment", "median_hours")
    assert table.columns.name == "week ending"
    assert table.loc["2024-01-14"].to_dict() == {
        "opened": "21",
        "SLA attainment": "85.7%",
        "median resolution (hours)": "5.0",
    }


def test_tables_leave_out_marks_and_columns_without_values():
    agents = pd.DataFrame(
        {"agent_id": ["ann"], "team": [None], "open_tickets": [3], "is_agent": [True]}
    )
    assert in_words(agents).to_dict() == {"open": {"ann": "3"}}


def test_all_columns_of_a_frame_of_weeks():
    weeks = pd.DataFrame({"week_ending": [pd.Timestamp("2024-01-14")], "inflow": [21]})
    assert in_words(weeks).to_dict() == {"opened": {"2024-01-14": "21"}}


def test_of_weeks_the_last_of_others_the_first():
    weeks = pd.DataFrame({"week_ending": pd.date_range("2024-01-07", periods=3), "inflow": 1})
    assert list(in_words(weeks, "inflow", rows=1).index) == ["2024-01-09"]
    agents = pd.DataFrame({"agent_id": ["ann", "bob"], "open_tickets": [3, 2]})
    assert list(in_words(agents, rows=1).index) == ["ann"]


def test_counts_have_commas_and_an_empty_table_says_none():
    counts = pd.DataFrame({"table": ["fact_tickets"], "rows": [2971]})
    assert as_table(counts).to_dict() == {"rows": {"fact_tickets": "2,971"}}
    assert as_table(counts.head(0)) == Sentence("None.")
    assert as_table(counts.head(0), otherwise="No table.") == Sentence("No table.")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pd.DataFrame({"ticket_id": [], "hours_left": []}), id="no row"),
        pytest.param(pd.DataFrame({"past_due": [None], "is_agent": [True]}), id="no value"),
        pytest.param(
            pd.DataFrame({"week_ending": [pd.Timestamp("2024-01-14")], "past_due": [None]}),
            id="weeks without a value",
        ),
    ],
)
def test_a_table_of_headings_is_a_sentence_or_nothing(frame):
    assert in_words(frame) is None
    assert in_words(frame, otherwise="None is due.") == Sentence("None is due.")


def test_a_named_column_that_is_not_known_is_left_out():
    weeks = {"week_ending": [pd.Timestamp("2024-01-14")], "inflow": [None], "outflow": [2]}
    table = in_words(pd.DataFrame(weeks), "inflow", "outflow")
    assert table.to_dict() == {"resolved": {"2024-01-14": "2"}}
