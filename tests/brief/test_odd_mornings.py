"""Mornings on which the brief must not be calm: names, targets and exports that are odd."""

import re

import pytest

from awkward import START, TARGET, lines, steady, ticket
from exports import run_ingest, write_export
from opsdesk.brief.emphasis import as_text
from opsdesk.brief.facts import read_facts
from opsdesk.brief.mail import digest_text
from opsdesk.brief.page import About, page_values, render_report
from opsdesk.brief.quality import judge_quality
from opsdesk.trends.day_names import DayNames
from steps import backfill, open_warehouse, transform

RUN_AT = "2025-01-01T00:00:00Z"
UNKNOWN = {"attainment": "0.9 for priority=Nope"}
LATE = [(number, 0, None) for number in range(24)]


@pytest.fixture
def page_of(tmp_path):
    """Return what builds the values of a page from the lines of an export."""

    def read(export, as_of="latest", targets=None, name="desk"):
        place = f"duckdb:{tmp_path}/w.duckdb"
        run_ingest(tmp_path, write_export(tmp_path, *export), run_at=RUN_AT)
        backfill(str(tmp_path / "lake"), place, "", "", RUN_AT)
        transform(place, as_of, "UTC", RUN_AT)
        facts = read_facts(open_warehouse(place), targets or {}, DayNames())
        return page_values(facts, judge_quality({}, facts.coverage), About(name, {}, []))

    return read


def said(page, label):
    return as_text(dict(page["sentences"]).get(label, ""))


def test_an_export_that_is_silent_for_long_is_no_quiet_week(page_of):
    page = page_of(lines(steady(80), until=80, **TARGET), as_of="2023-12-01 12:00:00")
    (loud,) = page["quality"].loud
    assert loud == (
        "The last event of this export is of 2023-03-23, 253 days before as_of: if work went on, "
        "give a newer export; else write `as_of: latest`."
    )
    assert not said(page, "Quiet")


def test_targets_that_cannot_be_judged_are_said_in_the_digest_and_are_not_quiet(page_of):
    calm = lines(steady(120), until=119, **TARGET)
    assert said(page_of(calm), "Quiet")
    page = page_of(calm, targets=UNKNOWN)
    assert said(page, "Target").startswith("The targets could not be judged: ")
    assert not said(page, "Quiet")
    assert "The targets could not be judged" in digest_text(page)
    assert "No target is set" not in render_report(page)


@pytest.mark.parametrize(
    ("categories", "ending"),
    [
        pytest.param(24, "past due now.", id="24 of one ticket: none is worth naming"),
        pytest.param(8, "25% of them C0 and C1.", id="8 of three: not the row of the 2 others"),
        pytest.param(2, "50% of them C0.", id="half in one"),
    ],
)
def test_where_most_of_what_is_late_is(page_of, categories, ending):
    export = [ticket(n, 0, None, category=f"C{n % categories}", **TARGET) for n, _, _ in LATE]
    page = page_of(export, as_of=f"{START.replace(day=20)}")
    assert said(page, "Do first").removesuffix(" Work next ranks them by score.").endswith(ending)


def test_the_text_of_a_digest_has_no_marks_of_html_or_markdown(page_of):
    page = page_of(lines(steady(3), until=3, **TARGET), name="R&D")
    text = digest_text(page)
    assert text.startswith("R&D, ")
    assert "are missing (burn-in), whatever" in text
    assert text.endswith("\n\nThe whole report is report.html next to this file.\n")


def test_a_long_ticket_id_may_break_and_a_usual_one_may_not(page_of):
    long = ticket(1, 0, None, **TARGET).replace("T1,", f"{'Z' * 200},")
    html = render_report(page_of([long, ticket(2, 0, None, **TARGET)], f"{START.replace(day=9)}"))
    classes = dict(re.findall(r'<td class="t ([a-z ]+)">(Z|T2)', html))
    assert classes == {"id long": "Z", "id": "T2"}
    assert re.search(r"\.work \.long {[^}]*white-space: normal", html)


@pytest.fixture
def params(tmp_path):
    """Return a params file whose tables are published."""
    lake, place = str(tmp_path / "lake"), f"duckdb:{tmp_path}/w.duckdb"
    export = write_export(tmp_path, *lines(steady(9), until=8, **TARGET))
    run_ingest(tmp_path, export, run_at=RUN_AT)
    backfill(lake, place, "", "", RUN_AT)
    transform(place, "latest", "UTC", RUN_AT)
    path = tmp_path / "mine.yaml"
    path.write_text(f'export: "{export}"\nlake: "{lake}"\nwarehouse: "{place}"\n')
    return path


def test_a_digest_is_a_mail_by_its_name_and_a_missing_folder_is_a_sentence(
    opsdesk, params, tmp_path
):
    for name, begins in {"a.eml": "Subject: ", "A.EML": "Subject: ", "a.txt": "mine, "}.items():
        assert opsdesk("digest", str(params), "--output", str(tmp_path / name))[:2] == (0, "")
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    missing = tmp_path / "nix" / "a.eml"
    ended, _, err = opsdesk("digest", str(params), "--output", str(missing))
    assert (ended, err) == (
        1,
        f"opsdesk: {missing} cannot be written: No such file or directory.\n",
    )
