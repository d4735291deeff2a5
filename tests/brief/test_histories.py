"""The report of a desk with a log of changes, and of one without."""

import pandas as pd
import pytest

from logged_desk import AS_OF, ZONE, logged_desk, published_desk, published_tables
from opsdesk.brief import line_charts
from opsdesk.brief.chart_size import WIDE
from opsdesk.brief.facts import read_facts
from opsdesk.brief.line_charts import Line, Marks
from opsdesk.brief.page import About, page_values, render_report
from opsdesk.brief.quality import judge_quality
from opsdesk.trends.day_names import DayNames
from tickets import build, event, instant, ticket


def page_of(warehouse, record=None):
    facts = read_facts(warehouse, {}, DayNames())
    quality = judge_quality(record or {}, facts.coverage, facts.log_issues)
    return page_values(facts, quality, About("desk", {}, []))


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    return page_of(published_desk(tmp_path_factory.mktemp("desk") / "w.duckdb"))


def test_a_desk_with_a_log_has_histories(logged):
    report = render_report(logged)
    assert '<h2 id="histories">' in report
    assert "Reopen rate" in report and "On whom resolved tickets waited" in report
    assert "are paused: a status stops the clock" in report


def test_what_is_paused_has_no_moment_at_which_it_is_due(tmp_path):
    """Reopened into a pause, with 3 of 4 hours left."""
    log = [
        event("A", "2023-01-10 10:00", "status", "Open", "Solved"),
        event("A", "2023-01-10 11:00", "status", "Solved", "Waiting"),
    ]
    tickets = [ticket("2023-01-10 09:00", ticket_id="A", sla_hours=4.0)]
    as_of = instant("2023-01-10 12:00")
    tables = build(tickets, as_of, events=log)
    (row,) = page_of(published_tables(tmp_path / "w.duckdb", tables, as_of, "UTC"))["work"]
    assert (row.reasons, row.due) == ("reopened", "paused, 3.0 h left")


def test_what_log_and_export_do_not_agree_on_is_in_what_was_read(tmp_path):
    tickets = [ticket("2023-01-10 09:00", ticket_id="A")]
    log = [event("A", "2023-01-10 10:00", "status", "Open", "Solved")]
    as_of = instant("2023-01-10 12:00")
    page = page_of(published_tables(tmp_path / "w.duckdb", build(tickets, as_of, events=log), as_of, "UTC"))  # fmt: skip
    (row,) = page["quality"].rows
    assert (row.name, row.number) == ("closed_in_log_only", 1)
    assert row.meaning == "tickets: the log closes it, the export does not: it is open"
    assert row.meaning in render_report(page)


def test_changes_of_tickets_that_no_export_has_are_in_what_was_read(tmp_path):
    events = {"rows": 2, "more": 0, "rejected": {}, "footers": 0, "reported": 2, "unknown": [1, "<b>"]}  # fmt: skip
    page = page_of(published_desk(tmp_path / "w.duckdb"), {"rows": 5, "events": events})
    found = [row for row in page["quality"].rows if row.name == "changes_of_unknown_tickets"]
    assert [(row.number, row.meaning, row.example) for row in found] == [
        (1, "changes: of tickets that no export has, so they are in no table", "ticket <b>")
    ]
    assert page["quality"].loud[0].startswith("50.0% of the changes are of tickets that no export")
    assert "<b>" not in render_report(page)


def test_a_desk_without_a_log_says_nothing_of_it(tmp_path):
    tickets, _ = logged_desk()
    tables = build(tickets, AS_OF, ZONE)
    report = render_report(page_of(published_tables(tmp_path / "w.duckdb", tables, AS_OF)))
    for word in ("istories", "reopened", "paused", "came over"):
        assert word not in report


@pytest.mark.parametrize(("highest", "ends_at_one"), [(1.0, True), (1.4, False)])
def test_a_reopen_rate_above_one_is_not_cut_off(highest, ends_at_one):
    weeks = pd.DataFrame({"rate": [0.2, highest]}, index=pd.to_datetime(["2023-01-08", "2023-01-15"]))  # fmt: skip
    figure = line_charts.shares(weeks, WIDE, Marks(), Line("rate", "reopened", "in"))
    top = figure.axes[0].get_ylim()[1]
    assert (top == 1.0) == ends_at_one
    assert top >= highest
