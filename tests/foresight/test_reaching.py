"""When a size is reached, whether a target is on track, and what more work would change."""

import pandas as pd
import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.foresight import words
from opsdesk.foresight.answers import backlog_target
from opsdesk.foresight.reaching import (
    OFF_TRACK,
    ON_TRACK,
    TOO_EARLY,
    judge_track,
    when_reached,
    with_more_resolved,
)


def forecast(step, half=10.0, start=100.0, days=28):
    """A backlog that changes by `step` a day from 100, with a band of +-10."""
    rows = []
    for number in range(1, days + 1):
        size = start + step * number
        ends = {
            "lo80": size - half,
            "hi80": size + half,
            "lo95": size - 2 * half,
            "hi95": size + 2 * half,
        }
        rows.append(
            {"ops_date": pd.Timestamp("2024-05-01") + pd.Timedelta(days=number - 1), "inflow": 20.0,
             "outflow": 20.0 - step, "backlog_size": size, **{k: max(v, 0.0) for k, v in ends.items()}}
        )  # fmt: skip
    return pd.DataFrame(rows)


def day(number):
    return None if number is None else pd.Timestamp("2024-05-01") + pd.Timedelta(days=number - 1)


@pytest.mark.parametrize(
    ("step", "size", "first", "last"),
    [
        pytest.param(2, 130, 10, 20, id="the upper end after 10 days, the lower one after 20"),
        pytest.param(2, 112, 1, 11, id="within the band from the first day"),
        pytest.param(2, 150, 20, None, id="the lower end does not reach it within 28 days"),
        pytest.param(2, 167, None, None, id="not within 28 days"),
        pytest.param(-2, 70, 10, 20, id="on its way down, the lower end first"),
        pytest.param(-2, 30, None, None, id="not within 28 days, on its way down"),
        pytest.param(0, 120, None, None, id="it stays as it is"),
    ],
)
def test_when_a_size_is_reached(step, size, first, last):
    assert when_reached(forecast(step), size) == (day(first), day(last))


@pytest.mark.parametrize(
    ("most", "track"), [(166, ON_TRACK), (165.9, TOO_EARLY), (146, TOO_EARLY), (145.9, OFF_TRACK)]
)
def test_a_target_is_on_track_where_the_whole_band_keeps_it(most, track):
    assert judge_track(forecast(2), most) == track


def test_more_resolved_per_day_is_arithmetic():
    changed = with_more_resolved(forecast(2), 4)
    assert changed["backlog_size"].tolist() == [100 - 2 * n for n in range(1, 29)]
    assert changed["lo80"].tolist() == [90 - 2 * n for n in range(1, 29)]
    assert set(changed["outflow"]) == {22.0} and set(changed["inflow"]) == {20.0}


def test_never_less_than_nothing_is_open():
    changed = with_more_resolved(forecast(0), 12)
    assert changed["backlog_size"].tolist()[7:10] == [4.0, 0.0, 0.0]
    assert changed["outflow"].tolist()[7:10] == [32.0, 24.0, 20.0]
    assert (changed[["lo80", "lo95"]] >= 0).all(axis=None)


class Shown:
    forecast = forecast(2)


def test_sentences_have_spans_and_never_one_day():
    assert (
        words.about_reaching(Shown, 130)
        == "The backlog reaches 130 open tickets between 10 May 2024 and 20 May 2024."
    )
    assert words.about_reaching(Shown, 150) == (
        "The backlog reaches 150 open tickets on 20 May 2024 at the earliest, or not within 28 days."
    )
    assert words.about_reaching(Shown, 200) == (
        "The backlog does not reach 200 open tickets within 28 days."
    )
    assert words.about_target(Shown, 200) == (
        "At most 200 open tickets on 28 May 2024: on track (146 to 166 four times in five)."
    )
    narrow = type("Narrow", (), {"forecast": forecast(30, half=1.0)})
    assert (
        words.about_reaching(narrow, 205)
        == "The backlog reaches 205 open tickets between 3 May 2024 and 4 May 2024."
    )


def test_the_sentence_of_more_work_is_no_advice():
    said = words.about_more_resolved(with_more_resolved(forecast(2), 1), 1)
    assert said == "If 1 more ticket was resolved per day: 128 open on 28 May 2024 (118 to 138)."
    said = words.about_more_resolved(with_more_resolved(forecast(2), -0.5), -0.5)
    assert (
        said == "If 0.5 fewer tickets were resolved per day: 170 open on 28 May 2024 (160 to 180)."
    )


def test_only_a_target_of_the_whole_desk():
    assert backlog_target({"backlog_size": "120", "attainment": "0.9"}) == 120
    assert backlog_target({"backlog_size": "120 for priority=High"}) is None
    with pytest.raises(OpsdeskError):
        backlog_target({"backlog_size": "many"})
