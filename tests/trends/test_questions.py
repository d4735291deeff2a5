"""Every question of trends: portable GoogleSQL with parameters, answered by the sample."""

from datetime import UTC, date, datetime
from string import Formatter

import pytest

from opsdesk import project
from opsdesk.googlesql.translate import problems
from opsdesk.trends.drill_down import STATES, tickets_query
from opsdesk.trends.questions import ask, read_question
from opsdesk.trends.selection import select_tickets
from steps import RUN_AT, backfill, ingest, open_warehouse, transform

# The questions that are asked of selected tickets.
NARROWED = ("known", "cohorts", "due_days", "resolved_by_week", "responses_by_week")
FOLDER = project.ROOT / "lib" / "opsdesk" / "trends" / "queries"
NAMES = sorted(path.stem for path in FOLDER.glob("*.sql"))
SAMPLE = "lib/opsdesk/data/sample"
DAY = date(2023, 6, 30)
AS_OF = datetime(2023, 6, 30, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    lake = str(folder / "lake")
    warehouse = f"duckdb:{folder}/w.duckdb"
    export = f"{SAMPLE}/ops_tickets.csv"
    agents = f"{SAMPLE}/agents_master.csv"
    ingest(export, "ops_tickets", agents, "full", lake, RUN_AT)
    backfill(lake, warehouse, "", "", RUN_AT)
    transform(warehouse, "2023-06-30 23:59:59", "UTC", RUN_AT)
    return open_warehouse(warehouse)


@pytest.mark.parametrize("name", NAMES)
def test_it_means_the_same_in_every_engine(name):
    assert problems(read_question(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_answers_and_no_text_is_pasted_into_it(name):
    sql = read_question(name)
    assert sql.startswith(f"-- {name}: ")
    assert [field for _, field, _, _ in Formatter().parse(sql) if field is not None] == []


# Rows by hand: 181 days from Sunday, 1 January (the only day of week 0), 74 open tickets, 20 opened
# on the last day. None: at least one.
ANSWERS = {
    "agents": ({"last_day": DAY}, 9),
    "cohorts": ({}, None),
    "days": ({}, 181),
    "deadlines": ({}, 5),
    "dimensions": ({}, 5),  # four of ours, and the teams of the agents
    "due_days": ({"as_of": AS_OF}, None),
    "flows": ({}, 181),
    "known": ({}, 1),
    "oldest": ({}, 1),
    "open_since": ({}, None),
    "resolved_after": ({}, None),
    "resolved_by_week": ({"days_before": 6}, 27),
    "responses_by_week": ({"days_before": 6}, 0),  # the sample has no first responses
    # a week of Critical, High, Medium and Low
    "segment_days": (
        {"dimension": "priority", "first_day": date(2023, 6, 24), "last_day": DAY},
        28,
    ),
    "segments_of": ({"dimension": "priority"}, 4),
    "segments": ({"last_day": DAY, "before": date(2023, 6, 2)}, 22),
    "target_days": ({"dimension": "all", "segment": ""}, 181),
    "target_hours": ({"dimension": "priority", "segment": "High", "last_day": DAY}, None),
    "since_update": ({}, 1),
    "tickets_created": ({"day": DAY}, 20),
    "tickets_due": ({"day": DAY, "as_of": AS_OF}, None),
    "tickets_missed": ({"day": DAY}, None),
    "tickets_open": ({"day": DAY}, 74),
    "tickets_past_due": ({"day": DAY, "as_of": AS_OF}, 65),
    "tickets_resolved": ({"day": DAY}, 24),
    "work": ({}, 71),
    "work_counts": ({}, 1),
    "work_first": ({"places": 10}, 10),
    "work_of_agent": ({"agent": "AG-0004"}, 8),
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
