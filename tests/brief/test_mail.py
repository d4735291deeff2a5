"""The digest: a mail that any program can send, and the same words as plain text."""

from email import message_from_bytes, policy

import pytest

from opsdesk.brief.mail import digest_mail, digest_text
from opsdesk.brief.page import About, page_values
from opsdesk.brief.quality import judge_quality

pytestmark = pytest.mark.xdist_group("brief")


@pytest.fixture(scope="module")
def page(boston):
    return page_values(boston, judge_quality({}, boston.coverage), About("boston311", {}, []))


@pytest.fixture(scope="module")
def mail(page):
    return message_from_bytes(digest_mail(page), policy=policy.default)


def test_the_subject_says_what_changed(mail):
    assert mail["Subject"] == (
        "boston311, 31 Dec: backlog +92 to 9,879, target missed: SLA attainment, past due and "
        "time to resolve, p90"
    )


def test_it_has_a_text_and_an_html_part_and_nothing_else(mail):
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not list(mail.iter_attachments())
    assert mail["To"] is None
    assert mail["X-Unsent"] == "1"  # a mail program opens it as a draft


def test_both_parts_say_the_same(mail, page):
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text.replace("\r\n", "\n") == digest_text(page)
    for words in ("9,879", "Monday 26 December", "101000324616", "missed", "Finish it before"):
        assert words.lower() in text.lower()
        assert words in html
    assert "<script" not in html
    assert "http" not in html


def test_the_text_begins_with_the_day_and_ends_with_a_line(page):
    lines = digest_text(page).splitlines()
    assert lines[0] == (
        "boston311, Saturday 31 December 2011, as of 31 Dec 23:59 (America/New_York)"
    )
    assert lines[2].startswith("* The backlog grew by 92 to 9,879")
    assert digest_text(page).endswith("next to this file.\n")
    assert "  \n\n\n" not in digest_text(page)


def test_a_quiet_morning_is_one_sentence(quiet):
    quality = judge_quality({}, quiet.coverage)
    page = page_values(quiet, quality, About("boston311", {}, []))
    said = [line for line in digest_text(page).splitlines() if line.startswith("* ")]
    assert len(said) == 1
    assert said[0].startswith("* A quiet week: the backlog is 10,061 (−27)")


def test_the_same_morning_gives_the_same_bytes(page):
    assert digest_mail(page) == digest_mail(page)


def test_what_was_rejected_comes_first(boston):
    record = {"rows": 10, "kept": 5, "rejected": {"malformed_line": 5}, "examples": []}
    page = page_values(boston, judge_quality(record, boston.coverage), About("x", {}, []))
    first = digest_text(page).splitlines()[2]
    assert first.startswith("! 50.0% of the rows were rejected (5 of 10)")
