"""The segments at as_of, on tables small enough to compute by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.trends import by_segment, coverage, sentences
from trends_warehouse import day, published, still_open


def segment(date: str, dimension: str, name: str, backlog: int, **values: int) -> dict:
    zeros = dict.fromkeys(
        ("created", "resolved", "past_due", "sla_due_tickets", "sla_due_missed"), 0
    )
    return zeros | {
        "ops_date": date,
        "dimension": dimension,
        "segment": name,
        "backlog_size": backlog,
        **values,
    }


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        pytest.param({}, {"opened", "resolved", "open_tickets", "past_due", "attainment"}, id="all"),
        pytest.param({"with_target": 0}, {"opened", "resolved", "open_tickets"}, id="no target"),
        pytest.param(
            dict.fromkeys(("intake_until", "resolved_until"), pd.Timestamp("2024-01-01")),
            {"open_tickets", "past_due"},
            id="intake",
        ),
        pytest.param({"closed_from": pd.Timestamp("2024-01-01")}, {"resolved"}, id="closing date"),
    ],
)  # fmt: skip
def test_segments_have_no_figure_that_the_export_cannot_know(tmp_path, facts, known):
    rows = [segment("2024-01-31", "category", name, 5, sla_due_tickets=1) for name in "ab"]
    warehouse = published(
        tmp_path / "w.duckdb",
        segment_daily=rows,
        backlog_daily=[day("2024-01-31")],
        fact_tickets=[still_open("2024-01-04", 600.0)],
    )
    covered = replace(coverage.read_coverage(warehouse), **facts)
    segments = by_segment.read_segments(warehouse, covered)
    figures = segments[["opened", "resolved", "open_tickets", "past_due", "attainment"]]
    assert set(figures.columns[figures.notna().all()]) == known
    assert set(figures.columns[figures.isna().all()]) == set(figures.columns) - known


def test_segments_show_the_largest_and_sum_the_rest(tmp_path):
    names = {"a": 9, "b": 5, "c": 3, "d": 2}
    rows = [
        segment("2024-01-31", "category", name, size, past_due=1) for name, size in names.items()
    ]
    rows += [
        segment("2024-01-04", "category", "a", 99, created=4, sla_due_tickets=4, sla_due_missed=1)
    ]
    rows += [segment("2024-01-03", "category", "a", 99, created=100)]  # before the 28 days
    rows += [segment("2024-01-31", "priority", "(none)", 19)]
    warehouse = published(
        tmp_path / "w.duckdb",
        segment_daily=rows,
        backlog_daily=[day("2024-01-31")],
        fact_tickets=[still_open("2024-01-04", 600.0)],
    )
    segments = by_segment.read_segments(warehouse, coverage.read_coverage(warehouse), shown=2)
    assert segments["segment"].tolist() == ["a", "b", "(2 others)"]
    assert segments["open_tickets"].tolist() == [9, 5, 5]
    assert segments["past_due"].tolist() == [1, 1, 2]
    assert segments["opened"].tolist() == [4, 0, 0]
    assert segments["attainment"].iloc[0] == 0.75
    assert set(segments["dimension"]) == {
        "category"
    }  # everything is in one priority: nothing to compare


def of_sizes(path, **sizes: int):
    """Return the segments of dimensions with so many segments of 1, 2, 3 ... open tickets."""
    rows = [
        segment("2024-01-31", dimension, f"{n}", n)
        for dimension, size in sizes.items()
        for n in range(1, size + 1)
    ]
    stock = {
        "backlog_daily": [day("2024-01-31")],
        "fact_tickets": [still_open("2024-01-04", 600.0)],
    }
    warehouse = published(path, segment_daily=rows, **stock)
    return by_segment.read_segments(warehouse, coverage.read_coverage(warehouse))


def test_of_many_attributes_the_first_are_shown_and_the_rest_is_named(tmp_path):
    attributes = dict.fromkeys("ihgfedcba", 9)
    segments = of_sizes(tmp_path / "w.duckdb", **attributes, one=1, team=2, priority=5)
    assert list(segments["dimension"].unique()) == ["priority", "team", *"abcdef"]
    assert "Not shown: g, h, i." in sentences.about_left_out(segments)
    shown = segments.groupby("dimension")["segment"].agg(list)
    assert shown["a"] == ["9", "8", "7", "6", "(5 others)"]
    assert shown["priority"] == ["5", "4", "3", "2", "1"]  # "(1 others)" would take as much room
    assert segments["open_tickets"].max() == 15


def test_few_dimensions_have_more_segments_and_leave_nothing_out(tmp_path):
    segments = of_sizes(tmp_path / "w.duckdb", product=9, channel=2)
    assert segments["segment"].tolist() == ["2", "1", "9", "8", "7", "6", "5", "4", "(3 others)"]
    assert sentences.about_left_out(segments) == ""
    assert sentences.about_left_out(segments.head(0)) == ""
