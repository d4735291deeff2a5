"""Sentences with marks, bars, labels and waterfalls: hand-typed cases on the edge."""

from datetime import date

import pandas as pd
import pytest

from opsdesk.brief.bars import Spark, share_bar, sparkline
from opsdesk.brief.emphasis import as_html, as_text, strong
from opsdesk.brief.end_labels import spread
from opsdesk.brief.facts import Change
from opsdesk.brief.ladders import against_usual, by_segment
from opsdesk.trends import number_words as words
from opsdesk.trends.spans import Span

NO = float("nan")


@pytest.mark.parametrize(
    ("sentence", "html"),
    [
        pytest.param("a < b & c", "a &lt; b &amp; c", id="text stays text"),
        pytest.param(strong("<b>"), "<strong>&lt;b&gt;</strong>", id="bold is escaped inside"),
        pytest.param("name `due_at`", "name <code>due_at</code>", id="code"),
        pytest.param("see *Work next*.", "see <em>Work next</em>.", id="emphasis"),
        pytest.param("2 * 3 * 4", "2 * 3 * 4", id="a product is no emphasis"),
        pytest.param("`<i>`", "<code>&lt;i&gt;</code>", id="code is escaped inside"),
        pytest.param(
            f"see *it*: {strong('*a* `b`')}",
            "see <em>it</em>: <strong>*a* `b`</strong>",
            id="a name keeps its asterisks and backticks",
        ),
    ],
)
def test_sentences_as_html(sentence, html):
    assert as_html(sentence) == html


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        pytest.param(f"grew by {strong(92)}", "grew by 92", id="bold"),
        pytest.param("missing (*burn-in*)", "missing (burn-in)", id="emphasis"),
        pytest.param(strong("*a*"), "*a*", id="a name keeps its asterisks"),
        pytest.param("name `due_at`", "name `due_at`", id="code keeps its backticks"),
    ],
)
def test_sentences_as_text(sentence, text):
    assert as_text(sentence) == text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        pytest.param(words.signed(3.4), "+3", id="a change"),
        pytest.param(words.signed(-0.2), "±0", id="a change that is shown as none"),
        pytest.param(words.signed_share(-0.004), "±0%", id="a share that is shown as none"),
        pytest.param(words.signed_share(-0.25), "−25%", id="a real minus"),
        pytest.param(words.points(0.0004), "±0 pts", id="no point"),
        pytest.param(words.points(-0.106), "−10.6 pts", id="points"),
        pytest.param(words.hours(0.5), "30 min", id="minutes below an hour"),
        pytest.param(words.hours(47.9), "47.9 h", id="hours below two days"),
        pytest.param(words.hours(48), "2 days", id="days from two days on"),
        pytest.param(words.hours(0.999), "1.0 h", id="not 60 minutes"),
        pytest.param(words.hours(47.97), "2 days", id="not 48 hours"),
        pytest.param(words.signed_hours(-36), "−36.0 h", id="a shorter time"),
        pytest.param(words.signed_hours(0.004), "±0 min", id="a time that is shown as none"),
        pytest.param(words.signed_days(-1.2), "−1 day", id="one day less"),
        pytest.param(words.signed_days(0.2), "±0 days", id="days that are shown as none"),
        pytest.param(words.days(1), "1 day", id="one day"),
        pytest.param(words.share(0.9), "90%", id="a whole share"),
        pytest.param(words.count(NO), "–", id="not known"),
        pytest.param(words.listed(["a", "b", "c"]), "a, b and c", id="a list"),
    ],
)
def test_numbers_in_words(shown, text):
    assert shown == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        pytest.param("2011-12-25", "2011-12-31", "25 to 31 December", id="in a month"),
        pytest.param("2011-11-28", "2011-12-04", "28 November to 4 December", id="two months"),
        pytest.param("2011-12-28", "2012-01-03", "28 December 2011 to 3 January", id="two years"),
        pytest.param("2011-12-31", "2011-12-31", "31 December", id="one day"),
    ],
)
def test_spans_in_words(first, last, text):
    assert words.span_name(pd.Timestamp(first), pd.Timestamp(last)) == text


@pytest.mark.parametrize(
    ("places", "apart"),
    [
        pytest.param([10, 50], [10, 50], id="far enough"),
        pytest.param([10, 12], [10, 30], id="pushed up"),
        pytest.param([95, 99], [80, 100], id="the top comes down and pushes"),
        pytest.param([], [], id="no label"),
    ],
)
def test_labels_are_moved_apart(places, apart):
    assert spread(places, least=20, height=100) == apart


def test_a_sparkline_breaks_where_a_week_is_not_known():
    drawn = sparkline(Spark(pd.Series([1.0, 2.0, NO, 3.0, 4.0])))
    assert drawn.count('class="run"') == 2


def test_a_sparkline_fades_the_burn_in_and_marks_a_missed_target():
    drawn = sparkline(Spark(pd.Series([1.0, 2.0, 3.0]), target=2.5, is_missed=True, faded=1))
    assert 'class="old"' in drawn
    assert 'class="bad"' in drawn
    assert 'class="aim"' in drawn


def test_one_week_is_no_line():
    assert sparkline(Spark(pd.Series([NO, 2.0]))) == ""


def test_a_bar_of_nothing_has_no_length():
    assert 'width="0.00"' in share_bar(0, 0, 0)


def change(rows: list[tuple]) -> Change:
    """A change from rows of (segment, opening, inflow, outflow, usual inflow, usual outflow)."""
    explained = pd.DataFrame(
        rows,
        columns=["segment", "opening", "inflow", "outflow", "usual_inflow", "usual_outflow"],
    )
    moved = explained["inflow"] - explained["outflow"]
    explained = explained.assign(change=moved, closing=explained["opening"] + moved)
    span = Span(date(2024, 1, 1), date(2024, 1, 7))
    return Change(span, explained, None)


ROWS = [
    ("A", 10, 9, 3, 5.25, 4.25),
    ("B", 20, 1, 5, 2.5, 2.5),
    ("C", 5, 2, 2, 2.0, 2.0),
    ("D", 0, 1, 0, 0.5, 0.25),
]


def test_the_steps_by_segment_lead_from_opening_to_closing():
    ladder = by_segment(change(ROWS), "customer_tier")
    assert ladder.name == "By customer tier"
    assert [(rung.step.name, rung.step.change) for rung in ladder.rungs] == [
        ("A", 6),
        ("D", 1),
        ("B", -4),
        ("1 other, as many in as out", 0),
    ]
    assert ladder.opening + sum(rung.step.change for rung in ladder.rungs) == ladder.closing == 38


def test_usual_flows_add_up_as_they_are_shown():
    """5.25, 0.5, 2.5 and 2 are 10.25: rounded one by one they would be 9."""
    ladder = by_segment(change(ROWS), "category")
    cells = [rung.step.cells for rung in ladder.rungs]
    assert cells == [(9, 5, 3, 4), (1, 1, 0, 0), (1, 2, 5, 3), (2, 2, 2, 2)]
    assert [round(total) for total in ladder.totals] == [13, 10, 10, 9]


def test_a_segment_without_its_usual_tickets_is_in_the_sum():
    ladder = by_segment(change([("A", 10, 9, 3, 5, 4), ("B", 1, 0, 0, 3, 3)]), "category")
    assert [rung.step.name for rung in ladder.rungs] == ["A", "1 other, as many in as out"]
    assert sum(rung.step.cells[1] for rung in ladder.rungs) == ladder.totals[1] == 8


def test_where_nothing_came_and_nothing_is_usual_there_is_no_row():
    ladder = by_segment(change([("A", 10, 9, 3, NO, NO), ("B", 1, 0, 0, NO, NO)]), "category")
    assert [rung.step.name for rung in ladder.rungs] == ["A"]
    assert pd.isna(ladder.rungs[0].step.cells[1])


def test_the_steps_against_the_usual_are_whole_tickets_that_add_up():
    ladder = against_usual(change(ROWS))
    # usual 10.25 in, 9 out; 13 came and 10 went
    assert [(rung.step.name, rung.step.change) for rung in ladder.rungs] == [
        ("As usual for these weekdays", 1),
        ("3 more opened than usual", 3),
        ("1 more resolved than usual", -1),
    ]
    assert ladder.opening + 1 + 3 - 1 == ladder.closing


def test_without_a_usual_there_is_no_comparison():
    assert against_usual(change([("A", 1, 1, 1, NO, NO)])) is None
