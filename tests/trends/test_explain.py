"""explain and compare on random days: identities, and an independent computation day by day."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsdesk.config.notes import Note
from opsdesk.errors import OpsdeskError
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.explain import COLUMNS, compare, counted_from, explain, rate_and_mix
from opsdesk.trends.spans import Span, like_for_like, read_span

FIRST = date(2023, 1, 1)
LENGTH = 150
DAY = timedelta(days=1)


@lru_cache
def random_days(seed: int) -> pd.DataFrame:
    """segment_daily of one dimension: segments that begin on different days."""
    chance = random.Random(seed)
    rows = []
    for number, segment in enumerate(("a", "b", "c", "late", "silent")):
        stock = 0
        for day in range(number * 20 if number < 4 else 0, LENGTH):
            created = 0 if segment == "silent" else chance.randint(0, 9)
            resolved = chance.randint(0, min(stock + created, 9))
            moved_in = chance.randint(0, 3)
            moved_out = chance.randint(0, min(stock + created - resolved, 3))
            stock += created - resolved + moved_in - moved_out
            met = chance.randint(0, resolved)
            due = chance.randint(0, 5)
            rows.append({
                "ops_date": FIRST + day * DAY, "segment": segment, "inflow": created,
                "outflow": resolved, "moved_in": moved_in, "moved_out": moved_out, "backlog_size": stock, "sla_due_tickets": due,
                "sla_due_missed": chance.randint(0, due), "met": met,
                "breached": chance.randint(0, resolved - met),
            })  # fmt: skip
    return pd.DataFrame(rows).assign(ops_date=lambda frame: pd.to_datetime(frame["ops_date"]))


spans = st.builds(
    lambda start, length: Span(FIRST + start * DAY, FIRST + min(start + length, LENGTH - 1) * DAY),
    st.integers(0, LENGTH - 1),
    st.integers(0, 70),
)
seeds = st.integers(0, 3)


def by_segment(days: pd.DataFrame, column: str) -> dict[str, dict[date, int]]:
    found: dict = defaultdict(lambda: defaultdict(int))
    for row in days.itertuples():
        found[row.segment][row.ops_date.date()] = getattr(row, column)
    return found


@settings(max_examples=40, deadline=None)
@given(seeds, spans, st.integers(0, 60))
def test_explain_adds_up_and_equals_the_slow_computation(
    seed: int, span: Span, skipped: int
) -> None:
    days, counted_from = random_days(seed), FIRST + skipped * DAY
    frame = explain(days, *span, baseline_from=counted_from)
    assert list(frame.columns) == COLUMNS
    moved = frame["moved_in"] - frame["moved_out"]
    assert (frame["change"] == frame["inflow"] - frame["outflow"] + moved).all()
    assert (frame["closing"] == frame["opening"] + frame["change"]).all()
    stocks = by_segment(days, "backlog_size")
    total = sum(own[span.last] - own[span.first - DAY] for own in stocks.values())
    assert frame["change"].sum() == total
    for flow in ("inflow", "outflow"):
        counts = by_segment(days, flow)
        for row in frame.to_dict("records"):
            own = counts[row["segment"]]
            usual = Fraction(0)
            for number in range(span.days):
                weekday = (span.first + number * DAY).weekday()
                before = [span.first - back * DAY for back in range(1, 57)]
                same = [own[day] for day in before
                        if day.weekday() == weekday and day >= max(FIRST, counted_from)]  # fmt: skip
                usual = (
                    Fraction(sum(same), len(same)) + usual
                    if len(same) >= 4 and usual is not None
                    else None
                )
            assert row[flow] == sum(own[span.first + n * DAY] for n in range(span.days))
            expected = pytest.approx(float(usual), abs=1e-9) if usual is not None else None
            assert (None if pd.isna(row[f"usual_{flow}"]) else row[f"usual_{flow}"]) == expected


@settings(max_examples=40, deadline=None)
@given(seeds, spans, spans)
@example(0, Span(FIRST, FIRST + 6 * DAY), Span(FIRST + 90 * DAY, FIRST + 96 * DAY))
def test_effects_add_up_to_the_difference_of_the_rates(seed: int, before: Span, now: Span) -> None:
    days = random_days(seed)
    frame = compare(days, before, now)

    def overall(span: Span, hits: str, others: str) -> float:
        own = days[days["ops_date"].between(pd.Timestamp(span.first), pd.Timestamp(span.last))]
        total = own[hits].sum() + own[others].sum()
        return own[hits].sum() / total if total else float("nan")

    late = days.assign(kept=days["sla_due_tickets"] - days["sla_due_missed"])
    days = late
    for name, hits, others in (
        ("attainment", "kept", "sla_due_missed"),
        ("breach_rate", "breached", "met"),
    ):
        difference = overall(now, hits, others) - overall(before, hits, others)
        effects = (
            frame[[f"{name}_rate_effect", f"{name}_mix_effect"]].sum(skipna=False).sum(skipna=False)
        )
        assert effects == pytest.approx(difference, abs=1e-12, nan_ok=True)


def test_the_effects_of_hand_typed_spans() -> None:
    """Overall 0.5 before, 0.75 x 0.8 + 0.25 x 0.4 = 0.7 now; `new` is in the second span only."""
    before = pd.DataFrame({"tickets": [50, 50, 0], "hits": [35, 15, 0]}, index=["a", "b", "new"])
    now = pd.DataFrame({"tickets": [60, 30, 10], "hits": [54, 12, 4]}, index=["a", "b", "new"])
    effects = rate_and_mix(before, now)
    # a: 0.7 to 0.9 at 0.5 to 0.6; b: 0.3 to 0.4 at 0.5 to 0.3; new: 0.4 at 0 to 0.1; R: 0.5, 0.7
    assert effects["rate_effect"].tolist() == pytest.approx([0.55 * 0.2, 0.4 * 0.1, 0.0])
    assert effects["mix_effect"].tolist() == pytest.approx([0.2 * 0.1, -0.25 * -0.2, -0.2 * 0.1])


@pytest.mark.parametrize(
    ("written", "span"),
    [
        pytest.param("2024-02", ("2024-02-01", "2024-02-29"), id="a month"),
        pytest.param("2024-02-10", ("2024-02-10", "2024-02-10"), id="a day"),
        pytest.param(("2024-02-10", date(2024, 2, 12)), ("2024-02-10", "2024-02-12"), id="a pair"),
        pytest.param(("2024-02-10", "2024-02-09"), "ends before it begins", id="backwards"),
        pytest.param("2024-13", "'2024-13' is not a span of days", id="no month"),
        pytest.param("May", "'May' is not a span of days", id="a word"),
    ],
)
def test_read_span(written: object, span: tuple | str) -> None:
    if isinstance(span, str):
        with pytest.raises(OpsdeskError, match=span):
            read_span(written)
    else:
        assert read_span(written) == tuple(map(date.fromisoformat, span))


@pytest.mark.parametrize(
    ("before", "now", "cut"),
    [
        pytest.param("2023-01", "2023-02", "2023-01-01 to 2023-01-31, 2023-02-01 to 2023-02-28",
                     id="whole months stay whole"),
        pytest.param("2023-03", "2023-04", "2023-03-01 to 2023-03-10, 2023-04-01 to 2023-04-10",
                     id="the month is not over"),
        pytest.param("2022-12", "2023-01", "2022-12-15 to 2022-12-31, 2023-01-15 to 2023-01-31",
                     id="the data begin within a month"),
        pytest.param("2022-12", "2023-04", "no whole day in common", id="nothing in common"),
        pytest.param("2023-03", "2023-05", "no whole day in common", id="not begun"),
    ],
)  # fmt: skip
def test_like_for_like(before: str, now: str, cut: str) -> None:
    """The data reach from 15 December to 10 April."""
    given_spans = (read_span(before), read_span(now), date(2022, 12, 15), date(2023, 4, 10))
    if cut.startswith("no"):
        with pytest.raises(OpsdeskError, match=cut):
            like_for_like(*given_spans)
    else:
        assert ", ".join(map(str, like_for_like(*given_spans))) == cut


@pytest.mark.parametrize(
    ("baselines", "counted"),
    [
        pytest.param([], "2023-01-31", id="the day after the burn-in"),
        pytest.param(["2023-01-10"], "2023-01-31", id="a baseline of the burn-in"),
        pytest.param(["2023-02-01", "2023-03-01"], "2023-03-01", id="the newest"),
        pytest.param(["2023-03-31"], "2023-03-31", id="within the span, so nothing is usual"),
        pytest.param(["2023-04-01"], "2023-01-31", id="after the span"),
    ],
)
def test_what_is_usual_begins_after_burn_in_and_baseline(covered, baselines, counted):
    """The span ends on 31 March; the burn-in is January without its last day."""
    notes = {date.fromisoformat(day): Note(date.fromisoformat(day), "", True) for day in baselines}
    coverage = replace(covered, first_day=pd.Timestamp("2023-01-01"), burn_in_days=30)
    found = counted_from(coverage, DayNames(notes), date(2023, 3, 31))
    assert found == date.fromisoformat(counted)
