"""Every question of trends: portable GoogleSQL with parameters, answered by the sample."""

from datetime import UTC, date, datetime
from string import Formatter

import pytest

from opsdesk import project
from opsdesk.googlesql.translate import problems
from opsdesk.trends.drill_down import STATES, tickets_query
from opsdesk.trends.questions import ask, read_question
from opsdesk.trends.selection import select_tickets

# The questions that are asked of selected tickets.
NARROWED = ("known", "openings_and_closings", "due_days", "resolved_by_week", "responses_by_week")
FOLDER = project.ROOT / "lib" / "opsdesk" / "trends" / "queries"
NAMES = sorted(path.stem for path in FOLDER.glob("*.sql"))
DAY = date(2023, 6, 30)
AS_OF = datetime(2023, 6, 30, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("name", NAMES)
def test_it_means_the_same_in_every_engine(name):
    assert problems(read_question(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_answers_and_no_text_is_pasted_into_it(name):
    sql = read_question(name)
    assert sql.startswith(f"-- {name}: ")
    assert [field for _, field, _, _ in Formatter().parse(sql) if field is not None] == []


SPANS = {
    "before_first": date(2023, 5, 6),
    "before_last": date(2023, 6, 2),
    "now_first": date(2023, 6, 3),
    "now_last": DAY,
}
# Rows by hand: 181 days from Sunday, 1 January (week 0 begins on the Saturday before), 74 open tickets, 20 opened
# on the last day. None: at least one.
ANSWERS = {
    "agents": ({"last_day": DAY}, 9),
    "openings_and_closings": ({}, None),
    "days": ({}, 181),
    "arrivals": ({"first_day": date(2023, 5, 6), "last_day": DAY}, None),
    "deadlines": ({"as_of": AS_OF}, 5),
    "debt": ({"last_day": DAY, "before": date(2023, 6, 2)}, 2),
    "dimensions": ({}, 5),  # four of ours, and the teams of the agents
    "due_days": ({"as_of": AS_OF}, None),
    "flows": ({}, 181),
    "histories_by_week": ({"last_day": DAY}, 0),  # the sample has no log of changes
    "known": ({}, 1),
    "log_issues": ({}, 0),
    "oldest": ({}, 1),
    "open_since": ({}, None),
    "paused": ({}, 1),
    "resolved_after": ({}, None),
    "due_by_week": ({"last_day": DAY, "timezone": "UTC"}, 26),
    "resolved_by_week": ({"days_before": 1}, 26),
    "responses_by_week": ({"days_before": 1}, 0),  # the sample has no first responses
    # a week of Critical, High, Medium and Low
    "segment_days": (
        {"dimension": "priority", "first_day": date(2023, 6, 24), "last_day": DAY},
        28,
    ),
    "segments_of": ({"dimension": "priority"}, 4),
    "segments": ({"last_day": DAY, "before": date(2023, 6, 2)}, 22),
    "signal_days": ({}, 362),  # 181 days of two indicators
    # a Monday on which more came in: all, a tier, a team and a channel
    "signals": ({"first_day": date(2023, 4, 17), "last_day": date(2023, 4, 17), "least": 1.5}, 4),
    "target_days": ({"dimension": "all", "segment": ""}, 181),
    "target_hours": ({"dimension": "priority", "segment": "High", "last_day": DAY}, None),
    "since_update": ({}, 1),
    "span_hours": (SPANS, 2),  # resolutions only: it has no first responses
    "span_sums": (SPANS, 2),
    "tickets_created": ({"day": DAY}, 20),
    "tickets_due": ({"day": DAY, "as_of": AS_OF}, None),
    "tickets_missed": ({"day": DAY}, None),
    "tickets_open": ({"day": DAY}, 74),
    "tickets_past_due": ({"day": DAY, "as_of": AS_OF}, 65),
    "tickets_reopened": ({"day": DAY}, 0),
    "tickets_resolved": ({"day": DAY}, 24),
    "work": ({}, 71),
    "work_counts": ({}, 1),
    "work_first": ({"places": 10}, 10),
    "work_of_agent": ({"agent": "AG-0004"}, 8),
    "worst": ({"dimension": "priority", "first_day": date(2023, 6, 24), "last_day": DAY}, 4),
}


def test_every_question_is_asked_below():
    assert sorted(ANSWERS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_answers(sample, name):
    values, rows = ANSWERS[name]
    answer = ask(sample, name, **values)
    assert len(answer) > 0 if rows is None else len(answer) == rows


def test_open_and_resolved_tickets_are_all_tickets(sample):
    assert ask(sample, "open_since")["tickets"].sum() == 74
    assert ask(sample, "resolved_after")["tickets"].sum() == 2_971 - 74


def test_every_state_has_its_question():
    assert {f"tickets_{state}" for state in STATES} <= set(NAMES)


@pytest.mark.parametrize("name", NARROWED)
def test_a_question_about_selected_tickets_is_portable_too(name):
    filters = {"priority": ["High", "Low"], "team": "Core", "product": 'a "b"'}
    selection = select_tickets(filters, ["priority"], ["product"])
    narrowed = selection.narrow(read_question(name))
    # every place in which the question reads tickets
    read = read_question(name).count("fact_tickets\n") + read_question(name).count(
        "fact_tickets AS"
    )
    assert (
        narrowed.count(f"(SELECT t.* FROM fact_tickets AS t WHERE {selection.condition})") == read
    )
    assert problems(narrowed) == []
    assert selection.values["v2_0"] == "a \\u0022b\\u0022"


def test_the_query_for_tickets_is_portable_with_filters_too():
    filters = {"priority": ["High", "Low"], "team": "Billing Support"}
    sql, values = tickets_query(DAY, AS_OF, "past_due", filters, ["priority"])
    assert problems(sql) == []
    assert values == {
        "day": DAY,
        "as_of": AS_OF,
        "v0_0": "High",
        "v0_1": "Low",
        "v1_0": "Billing Support",
    }
