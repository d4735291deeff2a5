"""Open tickets by the time since their last update, typed by hand."""

from dataclasses import replace

import pandas as pd

from opsdesk.trends import coverage, sentences, updates
from trends_warehouse import day, published, resolved, still_open


def test_bands_begin_at_their_lower_end_and_add_up_to_all_open_tickets(tmp_path):
    hours = (0.0, 23.9, 24.0, 71.9, 72.0, 168.0, 719.9, 720.0, 9000.0, None)
    tickets = [still_open("2024-01-02", 700.0) | {"hours_since_update": one} for one in hours]
    warehouse = published(
        tmp_path / "w.duckdb", fact_tickets=[*tickets, resolved("2024-01-08", 1.0)]
    )
    table = updates.read_since_update(warehouse).set_index("since_update")
    assert table["open_tickets"].to_dict() == {
        "under 24 hours": 2,
        "24 to 72 hours": 2,
        "3 to 7 days": 1,
        "7 to 30 days": 2,
        "30 days or more": 2,
        "not known": 1,
    }
    assert table["share_of_open"].tolist() == [0.2, 0.2, 0.1, 0.2, 0.2, 0.1]


def test_where_no_update_is_known_there_is_no_table_but_a_reason(tmp_path):
    warehouse = published(
        tmp_path / "w.duckdb",
        backlog_daily=[day("2024-01-31")],
        fact_tickets=[still_open("2024-01-02", 700.0)],
    )
    assert updates.read_since_update(warehouse).empty
    covered = coverage.read_coverage(warehouse)
    assert "name `updated_at`" in sentences.about_updates(covered)
    assert sentences.about_updates(replace(covered, open_tickets=0)) == "No ticket is open."
    filtered = replace(covered, closed_from=pd.Timestamp("2024-01-01"))
    assert "filtered by closing date" in sentences.about_updates(filtered)
