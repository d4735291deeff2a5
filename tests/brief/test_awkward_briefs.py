"""Awkward exports: each part says what is missing and how to give it, nothing empty is drawn."""

import re
import warnings

import pytest

from awkward import EXPORTS
from exports import run_ingest, write_export
from opsdesk.brief.facts import read_facts
from opsdesk.brief.mail import digest_mail, digest_text
from opsdesk.brief.page import About, page_values, render_report
from opsdesk.brief.quality import judge_quality
from opsdesk.trends.day_names import DayNames
from steps import backfill, open_warehouse, transform

RUN_AT = "2025-01-01T00:00:00Z"
NUMBERS_OF_COMPUTERS = re.compile(r"\b(nan|NaN|NaT|None|inf)\b(?!:)")
INLINE = re.compile(r"</?(?:strong|em|code|small)\b[^>]*>")
TAGS = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)

CASES = {
    "one open ticket": [
        "1 ticket is open. No day is over yet, so nothing can be compared.",
        "Not known: Past due, SLA attainment, Due in 24 hours and Time to resolve.",
        "To give targets, name sla_hours or due_at",
        "No rule selects any of 1 open ticket.",
        "All tickets are in one segment.",
    ],
    "one ticket of one day": ["No ticket is open."],
    "one ticket, one week": ["The backlog stayed at 1: 0 opened, 0 resolved."],
    "three days": [
        "The backlog is 3: 6 opened, 3 resolved in 2 days.",
        "The export is young: until Tuesday 3 January the backlog grows because older open "
        "tickets are missing (burn-in), whatever the desk does.",
        "Since midnight: 3 opened, 2 resolved, 4 open.",
        "A trend needs two whole weeks.",
    ],
    "all open": ["SLA attainment is 0%, as in the week before.", "Not known: Time to resolve."],
    "all closed, no target, no agent, no priority": [
        "The backlog fell by 7 to 2",
        "All tickets are in one segment.",
        "No ticket is open.",
    ],
    "filtered by closing date": [
        "Read with care. This export looks filtered by closing date.",
        "The backlog is not known: see the note above.",
        "SLA attainment: not known against its target of at least 90%, because this export looks "
        "filtered by closing date.",
        "Not known: Open tickets, Opened, Past due, SLA attainment, Due in 24 hours and Median age.",
    ],
    "followed after its intake": [
        "Intake ends on 2023-03-02, while tickets are resolved until 2023-03-31",
        "Thursday 2 March 2023",
    ],
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_brief_of(name, tmp_path):
    place = f"duckdb:{tmp_path}/w.duckdb"
    run_ingest(tmp_path, write_export(tmp_path, *EXPORTS[name]), run_at=RUN_AT)
    backfill(str(tmp_path / "lake"), place, "", "", RUN_AT)
    transform(place, "latest", "UTC", RUN_AT)
    facts = read_facts(open_warehouse(place), {"attainment": "0.9"}, DayNames())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = page_values(facts, judge_quality({}, facts.coverage), About(name, {}, []))
        html = render_report(page)
        digest_mail(page)

    text = " ".join(TAGS.sub(" ", INLINE.sub("", html)).split())
    for sentence in CASES[name]:
        assert sentence in text
    assert not NUMBERS_OF_COMPUTERS.findall(text)
    assert not NUMBERS_OF_COMPUTERS.findall(digest_text(page))
    for chart in (*page["charts"], page["signal_chart"]):
        assert chart.says
        assert not chart.svg or "<path" in chart.svg
