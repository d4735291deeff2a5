"""The eight figures of real mornings, and the segment through which a rate moved."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.brief.figures import read_figures
from opsdesk.brief.promises import _through, promises_sentence
from opsdesk.brief.quiet import is_quiet

pytestmark = pytest.mark.xdist_group("brief")


def texts(facts) -> dict[str, tuple[str, str, str]]:
    return {each.name: (each.value, each.week, each.month) for each in read_figures(facts)}


def test_the_figures_of_the_last_week(boston):
    assert texts(boston) == {
        "Open tickets": ("9,879", "+92", "+245"),
        "Opened": ("1,415", "−25%", "+1%"),
        "Resolved": ("1,323", "−40%", "+17%"),
        "Past due": ("4,707", "+64", "+596"),
        "SLA attainment": ("69.5%", "+10.6 pts", "−6.1 pts"),
        "Due in 24 hours": ("10", "−7", "+1"),
        "Time to resolve": ("35 days", "−51 days", "−22 days"),
        "Median age": ("78 days", "+6 days", "+17 days"),
    }


def test_what_is_due_is_counted_from_as_of_as_the_list_of_work(hurricane):
    """At 07:30 a hundred tickets are due within 24 hours; from the midnight before it were 55."""
    # and what the morning has is not compared with what midnights had
    assert texts(hurricane)["Due in 24 hours"] == ("100", "", "")
    assert hurricane.weeks["due_24h"].iloc[-1] == 55


def test_a_stock_is_not_compared_with_one_of_the_burn_in(boston):
    in_burn_in = boston.weeks.assign(burn_in_until=boston.weeks["week_ending"].iloc[-3])
    figures = texts(replace(boston, weeks=in_burn_in))
    assert figures["Open tickets"] == ("9,879", "+92", "")
    assert figures["Opened"] == ("1,415", "−25%", "+1%")


def test_a_target_that_is_newly_missed_ends_the_quiet(quiet):
    first, *others = quiet.judged
    assert is_quiet(replace(quiet, judged=[replace(first, weeks=2), *others]))
    assert not is_quiet(replace(quiet, judged=[replace(first, weeks=1), *others]))


def test_a_day_that_could_not_be_judged_ends_the_quiet(quiet):
    days = quiet.signal_days
    is_last = days["ops_date"] == quiet.last_day
    unknown = days.assign(is_judged=days["is_judged"] & ~is_last)
    assert not is_quiet(replace(quiet, signal_days=unknown))


def test_attainment_of_a_few_tickets_is_chance_and_not_explained(boston):
    few = boston.weeks["week_ending"] == boston.last_day
    assert promises_sentence(boston)
    assert not promises_sentence(replace(boston, weeks=boston.weeks.assign(is_due_few=few)))


def compared(*effects: float) -> pd.DataFrame:
    rows = [
        {
            "segment": f"S{place}",
            "attainment_rate_effect": effect,
            "attainment_mix_effect": 0.0,
            "missed": 1,
            "due": 10,
            "missed_before": 2,
            "due_before": 20,
        }
        for place, effect in enumerate(effects)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        pytest.param((0.06, 0.02), ", 6.0 of them through", id="most of it"),
        pytest.param(
            (0.12, -0.04), " alone would have let it rise by 12.0 points", id="more than all of it"
        ),
        pytest.param(
            (-0.05, 0.03, 0.10), " alone would have let it rise by 10.0 points", id="against others"
        ),
        pytest.param((-0.12, 0.1, 0.1), "", id="the largest goes the other way"),
        pytest.param((0.02,) * 4, "", id="none is large"),
        pytest.param((float("nan"),), "", id="not known"),
    ],
)
def test_the_segment_through_which_attainment_rose_by_8_points(effects, said):
    text = _through(compared(*effects), 0.08)
    assert said in text
    assert bool(said) == bool(text)
