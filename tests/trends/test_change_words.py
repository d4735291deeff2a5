"""Sentences about change: hand-typed, and on random frames every sentence adds up."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.trends.change_words import against_usual, how_it_moved, where_it_changed


def explained(
    changes: dict[str, int], usual: tuple[float, float] = (0.0, 0.0), inflow: int = 100
) -> pd.DataFrame:
    """Each segment opens with 1,000 tickets; `inflow` are opened in it."""
    size = len(changes)
    return pd.DataFrame(
        {
            "segment": list(changes),
            "inflow": inflow,
            "outflow": [inflow - change for change in changes.values()],
            "closing": [1000 + change for change in changes.values()],
            "change": list(changes.values()),
            "usual_inflow": usual[0] / size,
            "usual_outflow": usual[1] / size,
        }
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"a": 5}, "a (+5) grew.", id="one"),
        pytest.param({"a": 0, "b": 0}, "", id="nothing moved"),
        pytest.param({"a": 8, "b": 2}, "a (+8) and b (+2) grew.", id="a single rest has its name"),
        pytest.param({"a": 80, "b": 10, "c": 10}, "a (+80) and 2 others (+20) grew.", id="80 % is enough"),
        pytest.param({"a": 79, "b": 11, "c": 5, "d": 5}, "a (+79), b (+11) and 2 others (+10) grew.",
                     id="79 % is not"),
        pytest.param({"a": 30, "b": 20, "c": 20, "d": 20, "e": 10},
                     "a (+30), b (+20), c (+20) and 2 others (+30) grew.", id="at most three"),
        pytest.param({"a": 5, "b": -1200}, "b (−1,200) shrank; a (+5) grew.", id="the larger side first"),
        pytest.param({"a\x1b[2J": 5}, "a [2J (+5) grew.", id="no control characters"),
    ],
)  # fmt: skip
def test_where_it_changed(changes: dict, sentence: str) -> None:
    assert where_it_changed(explained(changes)) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"a": 5, "b": 3}, "The backlog grew by 8 to 2,008 (200 opened, 192 resolved).", id="grew"),
        pytest.param({"a": -5}, "The backlog fell by 5 to 995 (100 opened, 105 resolved).", id="fell"),
        pytest.param({"a": 5, "b": -5}, "The backlog did not change: it is 2,000 (200 opened, 200 resolved).",
                     id="no change"),
    ],
)  # fmt: skip
def test_how_it_moved(changes: dict, sentence: str) -> None:
    assert how_it_moved(explained(changes)) == sentence


@pytest.mark.parametrize(
    ("usual", "sentences"),
    [
        pytest.param((160.4, 240.6), [
            "More came in than usual: 200 opened, 40 more than the 160 usual for these weekdays.",
            "Less was done than usual: 200 resolved, 41 fewer than the 241 usual for these weekdays."],
            id="more and less"),
        pytest.param((300, 100), [
            "Less came in than usual: 200 opened, 100 fewer than the 300 usual for these weekdays.",
            "More was done than usual: 200 resolved, 100 more than the 100 usual for these weekdays."],
            id="less and more"),
        pytest.param((190, 210), [
            "As much came in as usual: 200 opened, 190 usual for these weekdays.",
            "As much was done as usual: 200 resolved, 210 usual for these weekdays."],
            id="within a tenth"),
        pytest.param((float("nan"), 0), [
            "More was done than usual: 200 resolved, 200 more than the 0 usual for these weekdays."],
            id="one is not known"),
    ],
)  # fmt: skip
def test_against_usual(usual: tuple, sentences: list[str]) -> None:
    assert against_usual(explained({"a": 0, "b": 0}, usual)) == sentences


def numbers(sentence: str, pattern: str) -> list[int]:
    found = re.findall(pattern, sentence.replace("−", "-").replace(",", ""))
    return [int(number) for number in found]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-5000, 5000), min_size=1, max_size=12),
       st.tuples(st.floats(0, 5000), st.floats(0, 5000)))  # fmt: skip
def test_every_sentence_adds_up(changes: list[int], usual: tuple) -> None:
    frame = explained({f"s{number}": change for number, change in enumerate(changes)}, usual, 9000)
    sentence = where_it_changed(frame)
    assert sum(numbers(sentence, r"\(([+-]\d+)\)")) == sum(changes)
    for side in sentence.split("; "):
        assert len(re.findall(r"\(", side)) <= 4
    moved = numbers(how_it_moved(frame), r"-?\d+")
    assert moved[-2] - moved[-1] == sum(changes) and abs(sum(changes)) in (*moved[:1], 0)
    for told in against_usual(frame):
        found = numbers(told, r"\d+")
        if " more than" in told or " fewer than" in told:
            actual, apart, shown = found
            assert actual - shown == (apart if " more than" in told else -apart)
