"""Signals of hand-typed days: which are read, what is judged after a new baseline, and the words."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from opsdesk.config.notes import Note
from opsdesk.trends.day_names import DayNames, read_day_names
from opsdesk.trends.signal_words import about_baseline, about_signals
from opsdesk.trends.signals import limits_of_flows, read_signal_days, read_signals
from opsdesk.trends.spans import Span
from trends_warehouse import published

FIRST = pd.Timestamp("2024-01-01")  # a Monday
LAST = FIRST + pd.Timedelta(days=13)
FORTNIGHT = Span(FIRST.date(), LAST.date())
NO_NAMES = DayNames()


def row(number: int, value: int, signal: str | None = None, excess: float | None = 0.5, **changes):
    """A row of signal_daily that expects 100, give or take 20."""
    return {
        "ops_date": f"{FIRST + pd.Timedelta(days=number):%Y-%m-%d}",
        "indicator": "created",
        "dimension": "all",
        "segment": "all",
        "value": value,
        "expected": 100.0,
        "lower": 80.4,
        "upper": 120.6,
        "excess": excess,
        "signal": signal,
    } | changes


def segment(
    number: int, value: int, excess: float | None, signal: str = "high", name: str = "High"
):
    return row(number, value, signal, excess, dimension="priority", segment=name)


@pytest.fixture
def ask(tmp_path, covered):
    """What both functions return for rows, in the fortnight."""
    covered = replace(covered, first_day=FIRST, last_day=LAST, as_of=LAST)

    def asked(*rows, names=NO_NAMES, **changes):
        warehouse = published(tmp_path / "s.duckdb", signal_daily=list(rows))
        at = replace(covered, **changes)
        found = read_signals(warehouse, at, names, FORTNIGHT)
        return found, read_signal_days(warehouse, at, names, FORTNIGHT)

    return asked


def read(found: pd.DataFrame) -> list[tuple[int, str, str]]:
    numbers = (found["ops_date"] - FIRST).dt.days
    return list(zip(numbers, found["segment"], found["signal"], strict=True))


def test_every_signal_of_the_desk_and_clear_ones_of_segments(ask):
    found, _ = ask(
        row(0, 100),
        row(1, 121, "high", 1.02),
        row(2, 101, "shift", 0.1),
        segment(3, 130, 1.49),
        segment(3, 131, 1.5, name="Low"),
        segment(4, 140, None),  # all days before were as expected: no limit is known
        segment(5, 101, 0.2, "shift"),
    )
    assert read(found) == [(1, "all", "high"), (2, "all", "shift"), (3, "Low", "high"), (4, "High", "high")]  # fmt: skip


def test_a_segment_with_all_tickets_is_no_second_signal(ask):
    found, _ = ask(
        row(0, 200, "high", 5.0), segment(0, 200, 5.0, name="(none)"), segment(0, 199, 5.0)
    )
    assert read(found) == [(0, "all", "high"), (0, "High", "high")]


def test_what_the_export_cannot_know_is_no_signal(ask):
    rows = [
        row(0, 1, "low", 2.0),
        row(0, 1, "low", 2.0, indicator="resolved"),
        row(8, 2, "low", 2.0),
        row(8, 2, "low", 2.0, indicator="resolved"),
    ]
    found, days = ask(*rows, intake_until=FIRST + pd.Timedelta(days=7))
    assert read(found) == [(0, "all", "low"), (0, "all", "low")]
    assert len(days) == 2


def test_a_filter_by_closing_date_knows_resolutions_from_its_first_day_on(ask):
    rows = [
        row(n, 1, "low", 2.0, indicator=name) for n in (0, 8) for name in ("created", "resolved")
    ]
    found, _ = ask(*rows, closed_from=FIRST + pd.Timedelta(days=3))
    assert found[["ops_date", "indicator"]].to_numpy().tolist() == [[FIRST + pd.Timedelta(days=8), "resolved"]]  # fmt: skip


def test_distances_have_the_sign_of_their_side(ask):
    _, days = ask(
        row(0, 90, excess=0.3),
        row(1, 110, excess=0.4),
        row(2, 100, excess=0.0),
        row(3, 101, "high", None),
        row(4, 100, None, None),
        row(5, 3, None, None, lower=None, upper=None),
    )
    assert days["distance"].head(5).tolist() == [-0.3, 0.4, 0.0, 1.5, 0.0]
    assert pd.isna(days["distance"].iloc[5])
    assert days["is_judged"].tolist() == [True] * 5 + [False]
    assert days["is_signal"].tolist() == [False, False, False, True, False, False]


def test_days_in_a_row_are_counted_per_flow(ask):
    values = [101, 102, 100, 99, 98, 101]
    rows = [row(n, value) for n, value in enumerate(values)]
    rows += [row(n, 101, indicator="resolved") for n in range(6)]
    _, days = ask(*rows)
    by_flow = days.groupby("indicator")["in_a_row"].apply(list)
    assert by_flow["created"] == [1, 2, 0, 1, 2, 1]
    assert by_flow["resolved"] == [1, 2, 3, 4, 5, 6]


def test_limits_per_day_of_both_flows(ask):
    _, days = ask(row(0, 90), row(0, 70, "low", 2.0, indicator="resolved"), row(1, 91))
    assert limits_of_flows(days).fillna(-1).to_numpy().tolist() == [
        [FIRST, 90, 100, 80.4, 120.6, 70, 100, 80.4, 120.6],
        [FIRST + pd.Timedelta(days=1), 91, 100, 80.4, 120.6, -1, -1, -1, -1],
    ]


def baseline(day: str) -> DayNames:
    start = date.fromisoformat(day)
    return DayNames({start: Note(start, "new phones", True)})


@pytest.mark.parametrize(
    ("start", "judged", "shifts"),
    [
        pytest.param("2024-01-14", 13, [8, 9, 10, 11, 12], id="the last day is not judged"),
        pytest.param("2023-11-12", 8, [13], id="56 days after it is Sunday, 7 January"),
        pytest.param("2023-11-06", 14, [8, 9, 10, 11, 12, 13], id="all are 56 days after it"),
        pytest.param("2023-11-08", 12, [9, 10, 11, 12, 13], id="a shift needs seven days more"),
        pytest.param("2024-01-15", 14, [8, 9, 10, 11, 12, 13], id="it starts after the span"),
    ],
)
def test_a_new_baseline(ask, start, judged, shifts):
    rows = [row(n, 101, "shift" if n > 7 else None) for n in range(14)]
    found, days = ask(*rows, names=baseline(start))
    assert days["is_judged"].sum() == judged
    assert [number for number, *_ in read(found)] == shifts
    assert (days["ops_date"] - FIRST).dt.days[days["is_signal"]].tolist() == shifts
    assert days["signal"].notna().sum() == 6  # nothing is hidden


def test_days_that_are_not_judged_have_no_limits_and_are_in_no_row(ask):
    _, days = ask(
        *[row(n, 101) for n in range(4)], names=baseline("2023-11-08")
    )  # 56 days: the 3rd
    assert days["in_a_row"].tolist() == [0, 0, 1, 2]
    limits = limits_of_flows(days)
    assert limits["inflow"].tolist() == [101] * 4
    assert limits["inflow_upper"].fillna(0).tolist() == [0, 0, 120.6, 120.6]


def test_a_new_baseline_is_said(ask):
    _, days = ask(*[row(n, 100) for n in range(14)], names=baseline("2024-01-08"))
    assert about_baseline(days) == (
        "Monday 8 January to Sunday 14 January are not judged: a new baseline starts on Monday "
        "8 January, and until Sunday 3 March a day would be compared with the time before it."
    )
    _, days = ask_again(days, "2024-01-08")
    assert about_baseline(days) == ""


def ask_again(days: pd.DataFrame, before: str):
    """The same days up to the one before."""
    return None, days[days["ops_date"] < pd.Timestamp(before)]


NAMES = DayNames(
    {date(2024, 1, 2): Note(date(2024, 1, 2), "a storm"), date(2024, 1, 3): Note(date(2024, 1, 3), "Epiphany")},
    {date(2024, 1, 2): "Berchtold's Day", date(2024, 1, 3): "Epiphany"},
)  # fmt: skip


def test_names_of_days():
    assert NAMES.name(date(2024, 1, 2)) == "a storm; Berchtold's Day"
    assert NAMES.name(pd.Timestamp("2024-01-02 12:00")) == "a storm; Berchtold's Day"
    assert NAMES.name(date(2024, 1, 3)) == "Epiphany"  # the same in both: once
    assert NAMES.name(date(2024, 1, 4)) == ""
    assert read_day_names("", "").name(date(2011, 12, 25)) == ""
    boston = read_day_names("params/notes.yaml", "US-MA")
    assert boston.name(date(2011, 10, 10)) == "Columbus Day"
    assert boston.name(date(2011, 8, 28)) == "hurricane"


def test_the_newest_baseline():
    starts = [date(2024, 1, 5), date(2024, 1, 2), date(2024, 1, 9)]
    names = DayNames({day: Note(day, "new", True) for day in starts} | NAMES.notes)
    assert names.baseline(date(2024, 1, 4)) is None  # Tuesday's note is another one now
    assert names.baseline(pd.Timestamp("2024-01-05")) == date(2024, 1, 5)
    assert names.baseline(date(2024, 1, 31)) == date(2024, 1, 9)


WORDS = [
    pytest.param(
        [row(0, 100)], ["No day was outside its limits: the ups and downs are noise."], id="none"
    ),
    pytest.param(
        [row(0, 70, "low", 1.5), row(0, 18, "low", 2.0, indicator="resolved")],
        [
            "One day was outside its limits: Monday 1 January: 70 opened (80 to 121 is noise) and "
            "18 resolved (80 to 121)."
        ],
        id="both flows",
    ),
    pytest.param(
        [row(1, 121, "high", 1.1), row(7, 80, "low", 1.1)],  # 120.6 and 80.4: just outside
        [
            "Two days were outside their limits: Tuesday 2 January, a storm; Berchtold's Day: "
            "121 opened (80 to 120 is noise); Monday 8 January: 80 opened (81 to 121)."
        ],
        id="two days, one with names",
    ),
    pytest.param(
        [row(n, 101, "shift" if n > 6 else None) for n in range(9)] + [row(9, 99)],
        [
            "No day of the whole desk was outside its limits.",
            "More tickets were opened than expected for nine days in a row, until Tuesday 9 January.",
        ],
        id="a shift that is over",
    ),
    pytest.param(
        [row(n, 99, "shift" if n > 6 else None, indicator="resolved") for n in range(14)],
        [
            "No day of the whole desk was outside its limits.",
            "Fewer tickets have been resolved than expected for 14 days in a row.",
        ],
        id="a shift that lasts",
    ),
    pytest.param(
        [row(n, 101 if n < 7 else 130, "high" if n == 7 else None, 2.0) for n in range(8)],
        ["One day was outside its limits: Monday 8 January: 130 opened (80 to 121 is noise)."],
        id="the eighth day is high, and no shift",
    ),
    pytest.param(
        [
            *[row(n, 100) for n in range(4)],
            row(4, 140, "high", 2.0),
            segment(4, 130, 9.0),
            *[segment(n, 121 + n, 2.0 + n, name=f"P{n}\x1b") for n in range(4)],
        ],
        [
            "One day was outside its limits: Friday 5 January: 140 opened (80 to 121 is noise).",
            "Clearly outside within a segment: priority P3  on Thursday 4 January, 124 opened (80 "
            "to 121 is noise); priority P2  on Wednesday 3 January, 123 opened (80 to 121 is "
            "noise); priority P1  on Tuesday 2 January, 122 opened (80 to 121 is noise); and one "
            "more.",
        ],
        id="segments on other days",
    ),
    pytest.param(
        [row(0, 100, lower=None, upper=None, excess=None)],
        [
            "It is not known yet which days are outside their limits: that takes the tickets of "
            "eight weeks and two days."
        ],
        id="a young export",
    ),
]


@pytest.mark.parametrize(("rows", "sentences"), WORDS)
def test_sentences(ask, rows, sentences):
    assert about_signals(*ask(*rows, names=NAMES)) == sentences


def test_no_day_is_called_noise_that_is_not_judged(ask):
    (sentence,) = about_signals(*ask(row(0, 200, "high", 3.0), names=baseline("2023-12-01")))
    assert sentence.startswith("Monday 1 January is not judged: a new baseline starts on Friday")
