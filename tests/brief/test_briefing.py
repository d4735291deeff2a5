"""The sentences of three real mornings, and of exports that cannot say everything.

The numbers of Boston are those of a plain count over the export (see the comments), typed by hand.
"""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.brief.briefing import briefing, headline
from opsdesk.brief.emphasis import as_text
from opsdesk.brief.quiet import is_quiet

pytestmark = pytest.mark.xdist_group("brief")


def said(facts) -> dict[str, str]:
    return {label: as_text(text) for label, text in briefing(facts)}


def test_the_last_week_of_the_year(boston):
    sentences = said(boston)
    assert list(sentences) == ["", "Where", "Usual", "Signal", "Promises", "Target", "Do first"]
    assert sentences[""] == (
        "The backlog grew by 92 to 9,879, after falling by 308 the week before: "
        "1,415 opened, 1,323 resolved."
    )
    assert sentences["Where"] == (
        "Sanitation (+84), Trees (+51), Housing (+32) and 11 others (+66) grew; "
        "Street Lights (−107), Signs & Signals (−14) and 5 others (−20) shrank."
    )
    assert sentences["Signal"] == (
        "One day was outside its limits: Monday 26 December, Christmas Day (observed): "
        "70 opened (215 to 718 is noise) and 18 resolved (76 to 766)."
    )
    assert sentences["Promises"] == (
        "SLA attainment rose 10.6 points to 69.5%, 8.4 of them through Employee & General Comments: "
        "37 of 54 deadlines missed, after 206 of 221."
    )
    assert sentences["Target"].endswith("Also missed: past due and time to resolve, p90.")
    assert sentences["Do first"].startswith(
        "10 tickets fall due within 24 hours, 7 of them Housing, the first at 08:21 on Sunday; "
        "4,707 are past due now, 54% of them "
    )


def test_all_signed_numbers_of_a_sentence_add_up(boston, hurricane):
    for facts, change in ((boston, 92), (hurricane, 1006)):
        where = said(facts)["Where"].replace("−", "-").replace(",", "")
        numbers = [int(part.split(")")[0]) for part in where.split("(")[1:]]
        assert sum(numbers) == change


def test_the_morning_after_the_hurricane_is_half_a_day(hurricane):
    sentences = said(hurricane)
    assert hurricane.last_day.strftime("%Y-%m-%d") == "2011-08-28"
    assert sentences[""].startswith("The backlog grew by 1,006 to 4,783,")
    assert "Sunday 28 August, hurricane: 913 opened (22 to 161 is noise)" in sentences["Signal"]
    assert "the first at 07:53 on Monday" in sentences["Do first"]
    assert "Usual" not in sentences  # four weeks after the burn-in are not there yet


def test_a_quiet_morning_is_one_sentence_with_what_is_still_missed(quiet):
    assert is_quiet(quiet)
    ((label, sentence),) = briefing(quiet)
    assert label == "Quiet"
    assert as_text(sentence) == (
        "A quiet week: the backlog is 10,061 (−27), no day was outside its limits, flows and "
        "attainment are within those of the last eight weeks, and no target is newly met or "
        "missed; still missed: SLA attainment, open tickets and time to resolve, p90; "
        "74 tickets fall due within 24 hours."
    )


def test_a_signal_or_a_new_state_of_a_target_ends_the_quiet(boston, hurricane, mornings):
    assert not is_quiet(boston)  # 26 December
    assert not is_quiet(hurricane)
    christmas = mornings("2011-12-25 23:59:59")
    assert not is_quiet(christmas)  # the backlog came below its target, and a clean-up


def test_the_headline_is_short_enough_for_a_subject(boston):
    assert headline(boston) == (
        "backlog +92 to 9,879, target missed: SLA attainment, past due and time to resolve, p90"
    )


@pytest.mark.parametrize(
    ("until", "is_noted", "is_compared"),
    [
        pytest.param("2011-12-25", True, False, id="it ends in the week"),
        pytest.param("2011-12-24", False, False, id="it ends the day before"),
        pytest.param("2011-12-18", False, False, id="it ends in the week before"),
        pytest.param("2011-12-17", False, True, id="it ends before both weeks"),
    ],
)
def test_growth_of_the_burn_in_is_noted_and_not_compared_with(boston, until, is_noted, is_compared):
    days = (pd.Timestamp(until) - boston.coverage.first_day).days + 1
    young = replace(boston, coverage=replace(boston.coverage, burn_in_days=days))
    sentences = said(young)
    assert ("Note" in sentences) == is_noted
    assert ("the week before" in sentences[""]) == is_compared
