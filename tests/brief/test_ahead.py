"""What lies ahead in the report: only what belongs to the publication that it shows."""

import re
from dataclasses import replace

import pytest

from opsdesk.brief.ahead import read_ahead
from opsdesk.brief.facts import read_facts
from opsdesk.brief.page import About, page_values, render_report
from opsdesk.brief.quality import judge_quality
from opsdesk.brief.work_rows import read_work_rows
from opsdesk.trends.day_names import read_day_names
from opsdesk.workbench import Workbench
from steps import RUN_AT, backfill, ingest, open_warehouse, transform

EXPORT = "lib/opsdesk/data/boston311_2011.csv.gz"
TARGETS = {"backlog_size": "10000"}


def read(place):
    return read_facts(open_warehouse(place), TARGETS, read_day_names("", ""))


def page(facts):
    about = About("boston", {}, [])
    return render_report(page_values(facts, judge_quality({}, facts.coverage), about))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ahead")
    ingest(EXPORT, "boston311", "", "full", str(folder / "lake"), RUN_AT)
    place = f"duckdb:{folder}/w.duckdb"
    backfill(str(folder / "lake"), place, "", "", RUN_AT)
    transform(place, "2011-12-31 23:59:59", "America/New_York", RUN_AT)
    Workbench(RUN_AT).foresee(place)
    return place


@pytest.fixture(scope="module")
def facts(place):
    return read(place)


def test_sentences_of_boston(facts):
    ahead = read_ahead(facts)
    assert ahead.breach == (
        "Of the 840 open tickets due within 28 days, about 623 are likely to breach; of the 252 due "
        "within 7 days, about 218. At 32 past midnights (34,629 cases) they were 40% better than the "
        "rate of all tickets, the simple rule 17%. Of the tickets that were given 70 to 80%, 76% breached."
    )
    assert ahead.backlog == (
        "On 28 January 2012, 10,874 tickets are expected to be open, four times in five between 10,220 and "
        "11,528. On 112 past days it was off by 384 tickets on average, 28 days ahead; the guess that "
        "nothing changes by 1,399. The band of 80% held 83% of what came."
    )
    assert ahead.answers == [
        "At most 10,000 open tickets on 28 January 2012: off track (10,220 to 11,528 four times in five).",
        "The backlog reaches 10,000 open tickets between 1 January 2012 and 9 January 2012.",
    ]


def test_the_page_has_the_part_and_the_same_bytes_each_time(facts):
    shown = page(facts)
    assert 'id="ahead"' in shown and "about 623 are likely to breach" in shown
    assert shown == page(facts)


def test_without_estimates_the_page_has_no_such_part(facts):
    shown = page(replace(facts, foresight=None))
    assert "ahead" not in re.findall(r'id="([a-z]+)"', shown)


def test_tickets_to_work_on_say_how_likely_they_breach(facts):
    rows = facts.work.rows.assign(probability=[0.876, 0.997, *[None] * 8])
    first, sure, third, *_ = read_work_rows(replace(facts, work=facts.work._replace(rows=rows)))
    assert first.due.endswith(", 88% likely to breach") and "likely" not in third.due
    assert sure.due.endswith(", over 99% likely to breach")


def test_where_nothing_is_shown_a_sentence_says_why(facts):
    checks = facts.foresight.checks.assign(is_shown=False, reason="not_better")
    hidden = replace(facts.foresight, checks=checks, forecast=facts.foresight.forecast.head(0))
    ahead = read_ahead(replace(facts, foresight=hidden))
    assert ahead.charts == [] and ahead.answers == []
    assert ahead.breach == (
        "No probability of breach is shown: in the back-test a simple rule was as good."
    )
    assert ahead.backlog.startswith("No forecast of the backlog is shown:")


def test_with_an_export_of_changes_one_sentence_says_so_once(facts):
    checks = facts.foresight.checks.assign(is_shown=False, reason="changes")
    hidden = replace(facts.foresight, checks=checks, forecast=facts.foresight.forecast.head(0))
    shown = page(replace(facts, foresight=hidden))
    assert shown.count("An export of changes is in use:") == 1


def test_estimates_of_an_earlier_publication_are_not_shown(place, facts):
    transform(place, "2011-12-30 12:00:00", "America/New_York", "2026-11-25T00:00:00+00:00")
    assert read(place).foresight is None and facts.foresight is not None
