"""Concentration: the share of the five largest segments, typed by hand."""

from dataclasses import replace

import pandas as pd

from opsdesk.trends import coverage
from opsdesk.trends.concentration import read_concentration
from opsdesk.trends.stock_words import about_concentration
from trends_warehouse import day, published

STOCKS = {"A": 1, "B": 30, "C": 20, "D": 20, "E": 10, "F": 9, "G": 10, "H": 0}
AGENTS = {"ann": 8, "bob": 4, "cy": 2, "dan": 2, "eve": 2, "fay": 2, "(unassigned)": 80}


def segment(dimension: str, name: str, tickets: int, date: str = "2024-01-31") -> dict:
    counts = {"backlog_size": tickets, "created": 0, "resolved": 0, "past_due": 0}
    due = {"sla_due_tickets": 0, "sla_due_missed": 0}
    return {"ops_date": date, "dimension": dimension, "segment": name} | counts | due


def desk(tmp_path, *more: dict):
    segments = [segment("category", name, n) for name, n in STOCKS.items()]
    segments += [segment("category", "A", 900, "2024-01-30")]
    segments += [segment("priority", f"P{n}", n) for n in range(6)]  # P0 has no open ticket
    return published(
        tmp_path / "w.duckdb",
        backlog_daily=[day("2024-01-31")],
        segment_daily=[*segments, *more],
        daily_agent_load=[
            {"ops_date": "2024-01-31", "agent_id": name, "open_tickets": n}
            for name, n in AGENTS.items()
        ],
    )


def test_the_five_largest_of_more_than_five(tmp_path):
    warehouse = desk(tmp_path, *[segment("region", f"R{n}", 5) for n in range(10)])
    found = read_concentration(warehouse, coverage.read_coverage(warehouse))
    assert found.to_numpy().tolist() == [
        ["agent", 6, "ann, bob, cy, dan, eve", 18, 0.9],  # of 20 that have an agent
        ["category", 7, "B, C, D, E, G", 90, 0.9],
        ["region", 10, "R0, R1, R2, R3, R4", 25, 0.5],
    ]
    agents = "The 5 most loaded of 6 agents have 90% of the open tickets that have an agent."
    assert about_concentration(found) == (
        f"The 5 largest of the 7 categories with an open ticket have 90% of the open tickets. {agents}"
    )
    assert about_concentration(found, by="region") == (
        f"The 5 largest of the 10 segments of region with an open ticket have 50% of the open tickets. {agents}"
    )
    assert about_concentration(found, by="priority") == agents


def test_of_a_filter_by_closing_date_it_is_not_known(tmp_path):
    warehouse = desk(tmp_path)
    known = coverage.read_coverage(warehouse)
    found = read_concentration(warehouse, replace(known, closed_from=pd.Timestamp("2024-01-01")))
    assert found.empty
    assert about_concentration(found) == ""
