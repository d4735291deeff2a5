"""Awkward exports through all steps: no empty axes, no figure that the export cannot know."""

import pandas as pd
import pytest

from awkward import TARGET, lines, steady, ticket
from exports import run_ingest, write_export
from opsdesk.display import arrival_chart, bar_charts, time_charts
from opsdesk.display.chart_style import new_axes, picture
from opsdesk.display.frames import in_words
from opsdesk.display.sentence import Sentence
from opsdesk.trends.notebook import (
    arrival_words,
    arrivals,
    by_segment,
    clearing,
    concentration,
    coverage,
    debt,
    period_words,
    periods,
    sentences,
    series,
    snapshot,
    stock_words,
)
from steps import backfill, open_warehouse, transform

RUN_AT = "2025-01-01T00:00:00Z"
DAYS = ("backlog", "age", "past_due")
WEEKS = ("flow", "attainment", "breach_rate", "resolution_time", "first_response")
BARS = ("segments", "agents")
ALL = {*DAYS, *WEEKS, *BARS} - {"first_response"}  # of these exports none has it


CASES = [
    pytest.param([ticket(1, 0, None)], {"agents"}, set(), id="one open ticket"),
    pytest.param([ticket(1, 0, 0.1)], set(), set(), id="one ticket of one day"),
    pytest.param(
        [ticket(1, 0, 8.0)], {"backlog", "age", "flow"}, {"no target"}, id="one ticket, one week"
    ),
    pytest.param(
        lines(steady(40), until=-1, **TARGET),
        ALL - {"breach_rate", "resolution_time"},
        set(),
        id="all open",
    ),
    pytest.param(
        lines([one for one in steady(40) if one[2] < 40], agent_id="", priority=""),
        ALL - {"attainment", "past_due", "breach_rate", "segments", "agents"},
        {"no target"},
        id="all closed, no target, no agent, no priority",
    ),
    pytest.param(
        [text for number, text in enumerate(lines(steady(90), **TARGET))
         if 60 <= steady(90)[number][2] < 90],
        {"flow", "breach_rate", "resolution_time"},
        {"closing"},
        id="filtered by closing date",
    ),
    pytest.param(
        lines(steady(60), until=88, **TARGET),
        ALL,
        {"intake"},
        id="followed after its intake",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("export", "charts", "limits"), CASES)
def test_what_is_not_known_is_a_sentence(tmp_path, export, charts, limits):
    place = f"duckdb:{tmp_path}/w.duckdb"
    run_ingest(tmp_path, write_export(tmp_path, *export), run_at=RUN_AT)
    backfill(str(tmp_path / "lake"), place, "", "", RUN_AT)
    transform(place, "latest", "UTC", RUN_AT)
    warehouse = open_warehouse(place)
    covered = coverage.read_coverage(warehouse)
    days = series.read_days(warehouse, covered)
    weeks = series.read_weeks(warehouse, covered)
    segments = by_segment.read_segments(warehouse, covered)
    agents = snapshot.read_agents(warehouse, covered)

    drawn = {name: getattr(time_charts, name)(days, new_axes()) for name in DAYS}
    drawn |= {name: getattr(time_charts, name)(weeks, new_axes()) for name in WEEKS}
    drawn["segments"] = bar_charts.segments(segments, new_axes(segments))
    drawn["agents"] = bar_charts.agents(agents, new_axes(agents))
    pictures = {name for name, ax in drawn.items() if ax.axison}
    assert all(isinstance(picture(ax), Sentence) for ax in drawn.values() if not ax.axison)
    assert pictures == charts
    for name in pictures:
        assert has_data(drawn[name]), name

    deadlines = snapshot.read_deadlines(warehouse)
    otherwise = sentences.about_deadlines(covered)
    assert in_words(deadlines, otherwise=otherwise) is not None
    headline = snapshot.read_headline(warehouse, days, weeks).to_string()
    assert ("Past due" in headline) == (not sentences.about_promises(covered))
    assert "nan" not in headline.lower()
    said = morning(warehouse, covered, days, weeks)
    assert "nan" not in " ".join(said).lower()
    if "closing" in limits:
        assert [sentence for sentence in said if "not known" not in sentence] == []

    found = {
        "closing": covered.closed_from is not None,
        "intake": covered.intake_until is not None,
    }
    assert {name for name, is_found in found.items() if is_found} == limits - {"no target"}
    if "intake" in limits:
        assert covered.intake_until == pd.Timestamp("2023-03-02")  # the 60th day
        assert weeks["week_ending"].iloc[-1] == covered.intake_until
    if "closing" in limits:
        assert covered.closed_from == pd.Timestamp("2023-03-03")  # 60 days after the start


def morning(warehouse, covered, days, weeks) -> list[str]:
    """Return what is said about the open tickets, arrivals and periods, and draw the arrivals."""
    arrived = arrivals.read_arrivals(warehouse, covered)
    ax = arrival_chart.arrivals(arrived, new_axes())
    assert ax.axison == (len(arrived) > 0 and arrived["tickets"].sum() > 0)
    compared = periods.read_periods(warehouse, covered, periods.last_periods(covered))
    assert "nan" not in period_words.period_table(compared).to_string().lower()
    said = [
        stock_words.about_clearing(clearing.measure_clearing(days)),
        stock_words.about_debt(debt.read_debt(warehouse, covered)),
        stock_words.about_total_age(weeks),
        stock_words.about_concentration(concentration.read_concentration(warehouse, covered)),
        arrival_words.about_arrivals(arrived),
    ]
    return [sentence for sentence in said if sentence]


def has_data(ax) -> bool:
    """Return whether an eye sees something: two points of a line, a marker, or a bar."""
    for line_ in ax.get_lines():
        points = pd.Series(line_.get_ydata()).notna().sum()
        is_mark = list(line_.get_ydata()) == [0, 1]  # as_of
        if not is_mark and (points > 1 or (points and line_.get_marker() != "None")):
            return True
    return any(bar.get_width() > 0 for container in ax.containers for bar in container)
