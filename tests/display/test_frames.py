"""Frames as a person reads them."""

import pandas as pd

from opsdesk.display.frames import in_words


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
