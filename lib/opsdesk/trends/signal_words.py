"""Sentences about signals: which days were outside their limits, and what was too many or too few.

All are plain text. Names of segments come from the export: who writes HTML escapes them.
"""

from collections.abc import Iterator, Mapping
from math import ceil, floor
from typing import Any

import pandas as pd

from opsdesk.guards.texts import one_line
from opsdesk.trends.coverage import DAY
from opsdesk.trends.explain import BASELINE_DAYS
from opsdesk.trends.number_words import day_name
from opsdesk.trends.signals import ALL, SHIFT

WORDS = {"created": "opened", "resolved": "resolved"}
MOST_SEGMENTS = 3
NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
NOT_YET = (
    "It is not known yet which days are outside their limits: that takes the tickets of eight "
    "weeks and two days."
)
NOISE = "No day was outside its limits: the ups and downs are noise."
NO_DAY = "No day of the whole desk was outside its limits."  # but something else is no noise


def about_signals(signals: pd.DataFrame, days: pd.DataFrame) -> list[str]:
    """Return the sentences about a span: its days outside the limits, its shifts, its segments.

    Args:
        signals: the result of `read_signals` for the span.
        days: the result of `read_signal_days` for the span.
    """
    new = about_baseline(days)
    if not days["is_judged"].any():
        return [new or NOT_YET]
    of_desk = signals[(signals["dimension"] == ALL) & (signals["signal"] != SHIFT)]
    further = [part for part in (*_shifts(days), _segments(signals, of_desk)) if part]
    none = NO_DAY if further else NOISE
    parts = [none if of_desk.empty else _outside(of_desk), *further, new]
    return [part for part in parts if part]


def about_baseline(days: pd.DataFrame) -> str:
    """Return which days are not judged because of a new baseline; "" where all are."""
    since = days["ops_date"] - days["baseline"]
    left_out = days[(since < BASELINE_DAYS * DAY) & days["lower"].notna()]
    if left_out.empty:
        return ""
    first, last = left_out["ops_date"].min(), left_out["ops_date"].max()
    start = left_out["baseline"].max()
    until = day_name(start + (BASELINE_DAYS - 1) * DAY)
    which = f"{day_name(first)} is" if first == last else f"{_span(first, last)} are"
    return (
        f"{which} not judged: a new baseline starts on {day_name(start)}, and until {until} "
        "a day would be compared with the time before it."
    )


def in_words(number: int) -> str:
    """Return a number from no to twelve as a word, a greater one in digits."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return f"{day_name(first)} to {day_name(last)}"


def _outside(rows: pd.DataFrame) -> str:
    """Return the days of the whole desk with what was outside, in the order of the days."""
    days = [_day(day, group, is_first=not n) for n, (day, group) in enumerate(_by_day(rows))]
    count = f"{in_words(len(days)).capitalize()} day"
    start = f"{count} was outside its limits" if len(days) == 1 else f"{count}s were outside"
    start += "" if len(days) == 1 else " their limits"
    return f"{start}: {'; '.join(days)}."


def _by_day(rows: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    for _, group in rows.groupby("ops_date"):
        yield group["ops_date"].iloc[0], group


def _day(day: pd.Timestamp, rows: pd.DataFrame, is_first: bool) -> str:
    name = rows["name"].iloc[0]
    figures = [
        _figure(row, is_explained=is_first and not n)
        for n, row in enumerate(rows.sort_values("indicator").to_dict("records"))
    ]
    return f"{day_name(day)}{f', {name}' if name else ''}: {' and '.join(figures)}"


def _figure(row: Mapping[Any, Any], is_explained: bool) -> str:
    """Return a value with its limits in whole tickets, between which it never is."""
    value = int(row["value"])
    lower = ceil(row["lower"]) if value == round(row["lower"]) else round(row["lower"])
    upper = floor(row["upper"]) if value == round(row["upper"]) else round(row["upper"])
    noise = f"{lower:,} to {upper:,}{' is noise' if is_explained else ''}"
    return f"{value:,} {WORDS[row['indicator']]} ({noise})"


def _shifts(days: pd.DataFrame) -> Iterator[str]:
    """Return each run of days on one side of what was expected that has a shift in the span."""
    last_day = days["ops_date"].max()
    for indicator, of_flow in days.groupby("indicator"):
        begins = of_flow["ops_date"] - of_flow["in_a_row"] * DAY
        runs = of_flow[of_flow["in_a_row"] > 0].groupby(begins)
        for _, run in runs:
            if (run["is_signal"] & (run["signal"] == SHIFT)).any():
                yield _shift(WORDS[str(indicator)], run.iloc[-1], last_day)


def _shift(word: str, last: pd.Series, last_day: pd.Timestamp) -> str:
    side = "More" if last["value"] > last["expected"] else "Fewer"
    end = last["ops_date"]
    lasted = f"{in_words(last['in_a_row'])} days in a row"
    if end == last_day:
        return f"{side} tickets have been {word} than expected for {lasted}."
    return f"{side} tickets were {word} than expected for {lasted}, until {day_name(end)}."


def _segments(signals: pd.DataFrame, of_desk: pd.DataFrame) -> str:
    """Return the segments clearly outside on days on which the whole desk is not, widest first."""
    rows = signals[(signals["dimension"] != ALL) & ~signals["ops_date"].isin(of_desk["ops_date"])]
    if rows.empty:
        return ""
    order = ["excess", "ops_date", "dimension", "segment"]
    ranked = rows.sort_values(order, ascending=[False, True, True, True], na_position="first")
    named = [_segment(row) for row in ranked.head(MOST_SEGMENTS).to_dict("records")]
    more = len(ranked) - len(named)
    rest = f"; and {in_words(more)} more" if more else ""
    return f"Clearly outside within a segment: {'; '.join(named)}{rest}."


def _segment(row: Mapping[Any, Any]) -> str:
    name = f"{row['dimension']} {one_line(str(row['segment']))}"
    figure = _figure(row, is_explained=True)
    return f"{name} on {day_name(row['ops_date'])}, {figure}"
