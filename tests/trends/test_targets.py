"""Targets: read from texts, judged on weeks typed by hand, put into words."""

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from opsdesk.config.notes import Note
from opsdesk.config.targets import Target, read_target, read_targets
from opsdesk.errors import OpsdeskError
from opsdesk.runner.summary import Summary, summary_lines
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.judgement import _judge, judge_targets
from opsdesk.trends.normal_range import normal_range, range_of_weeks, weeks_since
from opsdesk.trends.target_words import (
    target_record,
    target_sentences,
    target_table,
    worst_sentences,
)
from opsdesk.trends.worst import worst_of, worst_sentence
from trends_warehouse import day, due_on, published

READ = [
    pytest.param("attainment", "0.9", Target("attainment", 0.9), id="a share"),
    pytest.param("attainment", "90%", Target("attainment", 0.9), id="percent"),
    pytest.param("backlog_size", "10000", Target("backlog_size", 10000), id="tickets"),
    pytest.param("past_due", "5 for priority=High", Target("past_due", 5, "priority", "High"), id="of a segment"),
    pytest.param("p90_hours", "72.5 for category = Street Lights ", Target("p90_hours", 72.5, "category", "Street Lights"), id="two words"),
]  # fmt: skip


@pytest.mark.parametrize(("indicator", "text", "target"), READ)
def test_read(indicator, text, target):
    assert read_target(indicator, text) == target


REFUSED = [
    pytest.param({"attainment": "1.5"}, 'must be a share such as "0.9"', id="more than all"),
    pytest.param({"attainment": "high"}, "must be a number such as", id="no number"),
    pytest.param({"p90_hours": "90%"}, "must be a number, not a share", id="a share of hours"),
    pytest.param({"p90_hours": "72 for High"}, "must be a number such as", id="no dimension"),
    pytest.param({"backlog": "9"}, "targets has no 'backlog'; did you mean backlog_size?", id="another name"),
]  # fmt: skip


@pytest.mark.parametrize(("block", "says"), REFUSED)
def test_refused(block, says):
    with pytest.raises(OpsdeskError, match=says.replace("?", r"\?")):
        read_targets(block)


# mean 0.8, moving ranges all 0.1: 0.8 +- 2.66 x 0.1
SAW = [0.75, 0.85] * 6


def test_the_normal_range_of_a_week():
    lower, upper = normal_range(pd.Series(SAW))
    assert (lower, upper) == (pytest.approx(0.534), pytest.approx(1.066))
    assert normal_range(pd.Series(SAW[:11])) is None
    # a week without value is left out, and its neighbours follow each other
    assert normal_range(pd.Series([*SAW, math.nan])) == (lower, upper)
    # 0.1 and 0.3 reach from 0.2 - 0.532 to 0.2 + 0.532: fewer than no ticket are not possible
    assert normal_range(pd.Series([0.1, 0.3] * 6)) == (0, pytest.approx(0.732))


def weeks_of(values, burn_in_until="NaT", few=False) -> pd.DataFrame:
    """Weeks from the one that ends on Sunday, 7 January 2024."""
    return pd.DataFrame(
        {
            "week_ending": pd.date_range("2024-01-07", periods=len(values), freq="7D"),
            "attainment": values,
            "inflow": values,
            "is_due_few": few,
            "burn_in_until": pd.Timestamp(burn_in_until),
        }
    )


FAR = [0.0, 9.0]  # two weeks that would widen the range
RANGES = [
    pytest.param(weeks_of(SAW), None, (0.534, 1.066), id="all weeks"),
    pytest.param(weeks_of(FAR + SAW), None, None, id="with two others it is another"),
    pytest.param(weeks_of(FAR + SAW, "2024-01-14"), None, (0.534, 1.066), id="after the burn-in"),
    pytest.param(weeks_of(FAR + SAW, "2024-01-08"), None, (0.534, 1.066), id="a week that begins in it"),
    pytest.param(weeks_of(FAR + SAW), date(2024, 1, 15), (0.534, 1.066), id="from a baseline on"),
    pytest.param(weeks_of(SAW * 2 + FAR + SAW * 3), None, (0.534, 1.066), id="the last 26 only"),
]  # fmt: skip


@pytest.mark.parametrize(("weeks", "baseline", "normal"), RANGES)
def test_the_range_of_the_charts_is_that_of_the_targets(weeks, baseline, normal):
    found = range_of_weeks(weeks, "inflow", baseline)
    assert (found == pytest.approx(normal)) if normal else (found[1] > 2)


def test_the_range_of_attainment_ends_at_all_and_leaves_few_tickets_out():
    assert range_of_weeks(weeks_of(SAW), "attainment", None) == (pytest.approx(0.534), 1.0)
    assert range_of_weeks(weeks_of(SAW, few=True), "attainment", None) is None
    assert range_of_weeks(weeks_of([]), "attainment", None) is None


ATTAINMENT = Target("attainment", 0.9)


def judged(covered, values, target=ATTAINMENT, **changes):
    return _judge(target, pd.Series(values, dtype="float64"), replace(covered, **changes))


def test_met_or_missed_and_since_when(covered):
    missed = judged(covered, [0.95, 0.89, 0.9, 0.85, 0.899])
    assert (missed.is_met, missed.weeks, missed.value) == (False, 2, 0.899)
    met = judged(covered, [0.5, 0.9])  # the target itself keeps it
    assert (met.is_met, met.weeks) == (True, 1)
    gap = judged(covered, [0.95, math.nan, 0.95])
    assert gap.weeks == 1
    most = judged(covered, [11, 10], Target("backlog_size", 10))
    assert (most.is_met, most.weeks) == (True, 1)


@pytest.mark.parametrize(
    ("target", "outlook"),
    [(0.5, "met"), (0.9, "either"), (0.54, "either")],
)
def test_whether_the_process_can_meet_it(covered, target, outlook):
    found = judged(covered, SAW, Target("attainment", target))
    assert (found.lower, found.upper) == (pytest.approx(0.534), 1.0)  # a share ends at 1
    assert found.outlook == outlook


def test_a_process_that_cannot_meet_it(covered):
    flat = judged(covered, [0.6, 0.61] * 6)
    assert flat.outlook == "missed"
    assert target_sentences([flat]) == [
        "SLA attainment: 61%, so the target of at least 90% is missed, 12 weeks in a row. A normal "
        "week is 57.8% to 63.2%, so it will be missed again unless something changes."
    ]


def test_a_stock_has_a_change_and_no_range(covered):
    found = judged(covered, [8, 9, 10, 11, 12], Target("backlog_size", 10))
    assert (found.change, found.lower, found.outlook) == (4, None, "")
    assert target_sentences([found]) == [
        "Open tickets: 12, so the target of at most 10 is missed, 2 weeks in a row. "
        "It changed by +4 in 4 weeks."
    ]
    assert judged(covered, [8, 9, 10, 11], Target("backlog_size", 10)).change is None


def test_not_known(covered):
    few = judged(covered, [0.9, math.nan])
    assert (few.is_met, few.why) == (None, "fewer than 5 tickets fell due in the last week")
    none = judged(covered, [], with_target=0)
    assert none.why == "no ticket has an SLA target"
    assert target_sentences([none]) == [
        "SLA attainment: not known against its target of at least 90%, "
        "because no ticket has an SLA target."
    ]
    assert target_table([none]).iloc[0].tolist() == [
        "SLA attainment", "at least 90%", "–", "not known: no ticket has an SLA target", None,
    ]  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    """Four weeks from Monday, 1 January; the last day, Monday the 29th, is not over."""
    dates = [f"{date:%Y-%m-%d}" for date in pd.date_range("2024-01-01", "2024-01-29")]
    segment = [
        {
            "ops_date": date, "dimension": "priority", "segment": "High", "created": 0, "resolved": 0,
            "backlog_size": n, "past_due": 0, "sla_due_tickets": 1, "sla_due_missed": int(n >= 26),
        }
        for n, date in enumerate(dates)
    ]  # fmt: skip
    tickets = [
        {
            "ticket_id": f"T{n}", "created_date": "2024-01-01", "resolved_date": dates[n], "is_resolved": True,
            "resolution_hours_clean": float(n + 1), "priority": "High" if n % 2 else "Low", "due_at": "2024-02-01 00:00:00+00",
            "first_response_date": dates[n], "first_response_hours": n / 10, "sla_breached": False,
        }
        for n in range(28)
    ]  # fmt: skip
    return published(
        tmp_path / "desk.duckdb",
        backlog_daily=[day(date, backlog_size=100 + n) for n, date in enumerate(dates)],
        features_daily=[due_on(date, 2, missed=int(n % 7 == 0)) for n, date in enumerate(dates)],
        segment_daily=segment,
        fact_tickets=tickets,
        _runs=[
            {
                "run_id": "r1", "as_of": "2024-01-29 12:00:00+00", "timezone": "UTC",
                "published_at": "2024-02-01 06:00:00+00",
            }
        ],
    )  # fmt: skip


@pytest.fixture
def settled(desk, covered):
    """Known from the first day on: burn-in ends before it."""
    return replace(
        covered,
        first_day=pd.Timestamp("2023-12-31"),
        last_day=pd.Timestamp("2024-01-29"),
        as_of=pd.Timestamp("2024-01-29 12:00"),
        burn_in_days=1,
        with_target=28,
    )


def test_weeks_end_with_the_last_whole_day(desk, settled):
    targets = {
        "attainment": "0.9",
        "backlog_size": "126",
        "p90_hours": "27",
        "first_response_hours": "2.3",
    }
    attainment, backlog, p90, first = judge_targets(desk, settled, targets)
    assert attainment.value == pytest.approx(13 / 14)  # one missed of fourteen, on the Monday
    assert attainment.weeks == 4
    assert (backlog.value, backlog.is_met, backlog.change) == (127, False, None)
    assert (p90.value, p90.weeks) == (28.0, 1)  # the seventh of 22 to 28 hours
    assert first.value == pytest.approx(2.4)  # the fourth of 2.1 to 2.7 hours


def test_a_segment(desk, settled):
    targets = {"attainment": "0.9 for priority=High", "backlog_size": "20 for priority=High"}
    attainment, backlog = judge_targets(desk, settled, targets)
    assert attainment.value == pytest.approx(5 / 7)  # missed on Saturday and Sunday
    assert (attainment.is_met, attainment.weeks) == (False, 1)
    assert (backlog.value, backlog.weeks) == (27, 1)
    few = judge_targets(desk, settled, {"p90_hours": "9 for priority=High"})[0]
    assert few.why == "fewer than 5 tickets were counted in the last week"
    with pytest.raises(OpsdeskError, match="there is no segment 'Hihg' of 'priority'"):
        judge_targets(desk, settled, {"past_due": "1 for priority=Hihg"})
    with pytest.raises(OpsdeskError, match="hours are known by priority, category"):
        judge_targets(desk, settled, {"p90_hours": "1 for team=A"})


def test_only_weeks_after_the_burn_in(desk, settled):
    young = replace(settled, burn_in_days=24)
    found = judge_targets(desk, young, {"backlog_size": "126"})[0]
    assert (found.value, found.why) == (None, "no week after the burn-in is over")


SUNDAY = pd.Timestamp("2024-01-28")


@pytest.mark.parametrize(
    ("start", "weeks"),
    [
        pytest.param(None, 26, id="no baseline"),
        pytest.param(date(2024, 1, 28), 0, id="the last day"),
        pytest.param(date(2024, 1, 23), 0, id="six days"),
        pytest.param(date(2024, 1, 22), 1, id="a whole week"),
        pytest.param(date(2024, 1, 8), 3, id="three weeks"),
    ],
)
def test_weeks_of_the_range_begin_with_the_newest_baseline(start, weeks):
    assert weeks_since(start, SUNDAY) == weeks


def test_a_range_without_the_weeks_before_a_baseline(covered):
    weekly = pd.Series([0.2] * 6 + SAW)
    found = _judge(ATTAINMENT, weekly, covered, 12)
    assert (found.lower, found.weeks) == (pytest.approx(0.534), 18)  # missed in all weeks
    few = _judge(ATTAINMENT, weekly, covered, 11)
    assert (few.lower, few.outlook, few.weeks) == (None, "", 18)


def test_the_baseline_comes_from_the_names_of_days(desk, settled):
    start = date(2024, 1, 8)
    names = DayNames({start: Note(start, "new phones", True)})
    found = judge_targets(desk, settled, {"p90_hours": "27"}, names)[0]
    assert (found.lower, found.weeks) == (None, 1)


@pytest.mark.parametrize(
    ("tickets", "named", "share"),
    [
        pytest.param({"a": 37, "b": 17}, ["a", "b"], 1.0, id="37 of 54 are no 80 percent"),
        pytest.param({"a": 80, "b": 20}, ["a"], 0.8, id="80 of 100 are"),
        pytest.param({"d": 9, "c": 9, "b": 9, "a": 9}, ["a", "b", "c"], 0.75, id="three at most"),
        pytest.param({"a": 0, "b": 9, "c": 1}, ["b"], 0.9, id="without those that have none"),
    ],
)
def test_the_segments_that_have_most(tickets, named, share):
    worst = worst_of("past_due", "category", pd.Series(tickets))
    assert [part.segment for part in worst.parts] == named
    assert worst.share == pytest.approx(share)


def test_nothing_is_said_where_one_segment_has_all():
    assert worst_of("past_due", "category", pd.Series({"(none)": 9, "b": 0})) is None
    assert worst_sentence(None) == ""


def by_priority(**changes: int) -> list[dict]:
    """Eight days up to the last whole one: 30, 10 and 5 open per segment."""
    return [
        {
            "ops_date": f"{date:%Y-%m-%d}", "dimension": "priority", "segment": segment, "created": 0,
            "resolved": 0, "backlog_size": n, "past_due": n - 4, "sla_due_tickets": n, "sla_due_missed": missed,
        }
        for date in pd.date_range("2024-01-21", "2024-01-29")
        for segment, n, missed in (("High", 30, 2), ("Low\x1b", 10, 1), ("Mid", 5, 0))
    ]  # fmt: skip


@pytest.fixture
def divided(tmp_path):
    dates = [f"{date:%Y-%m-%d}" for date in pd.date_range("2024-01-01", "2024-01-29")]
    return published(
        tmp_path / "divided.duckdb",
        backlog_daily=[day(date, backlog_size=45, past_due=33) for date in dates],
        features_daily=[due_on(date, 45, missed=3) for date in dates],
        segment_daily=by_priority(),
    )


def test_where_the_missed_targets_are_missed(divided, settled):
    block = {"attainment": "0.95", "backlog_size": "40", "past_due": "32"}
    judged = judge_targets(divided, settled, block, by="priority")
    assert worst_sentences(judged) == [
        "By priority, 100% of the 21 missed deadlines are High (14) and Low  (7).",  # seven days
        "By priority, 89% of the 45 open tickets are High (30) and Low  (10).",
        "By priority, 97% of the 33 tickets past due are High (26) and Low  (6).",
    ]
    record = target_record(judged[1])
    assert record["worst"] == [
        {"dimension": "priority", "segment": "High", "tickets": 30, "share": 30 / 45},
        {"dimension": "priority", "segment": "Low\x1b", "tickets": 10, "share": 10 / 45},
    ]
    assert list(summary_lines(Summary(targets=[record]), None)) == [
        record["sentence"],
        "  By priority, 89% of the 45 open tickets are High (30) and Low  (10).",
    ]


def test_only_missed_targets_of_the_whole_desk_have_worst_segments(divided, settled):
    block = {"attainment": "0.5", "backlog_size": "9 for priority=High", "p90_hours": "0"}
    assert [each.worst for each in judge_targets(divided, settled, block, by="priority")] == [
        None
    ] * 3
    by_category = judge_targets(divided, settled, {"backlog_size": "40"})[
        0
    ]  # which it does not have
    assert by_category.worst is None
    assert target_record(by_category)["worst"] == []
