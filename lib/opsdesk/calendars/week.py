"""The hours of a week: how they are written, and that no two spans share a minute."""

import re
from collections.abc import Mapping, Sequence

from opsdesk.calendars.calendar import DAY_MINUTES, DAYS, WEEK_MINUTES, OpenSpan

FORM = '"09:00-17:00"'
SPAN = re.compile(r"\s*(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*", re.ASCII)
Week = tuple[tuple[OpenSpan, ...], ...]


def read_span(text: str) -> OpenSpan:
    """Return the span that a text such as 09:00-17:00 means; its end may be on the next day.

    Raises:
        ValueError: it means none; the text says why, as the end of a sentence.
    """
    found = SPAN.fullmatch(text)
    if not found:
        raise ValueError(f"is not a span of a day such as {FORM}")
    hours = [int(found[1]), int(found[3])]
    minutes = [int(found[2]), int(found[4])]
    begin, end = (60 * hour + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or begin >= DAY_MINUTES or end > DAY_MINUTES:
        raise ValueError("has a time that no clock shows; a day is 00:00-24:00")
    if begin == end:
        raise ValueError("is empty or a whole day; write 00:00-24:00 for a whole day")
    return OpenSpan(begin, end if end > begin else end + DAY_MINUTES)


def overlap_in(week: Week) -> str:
    """Return which two spans of a week share a minute, as a part of a sentence; "" for none."""
    placed = sorted(
        (day * DAY_MINUTES + span.begin, day * DAY_MINUTES + span.end)
        for day, spans in enumerate(week)
        for span in spans
    )
    # the first span of the next week follows the last one of this week
    following = [*placed[1:], *((begin + WEEK_MINUTES, end) for begin, end in placed[:1])]
    for one, other in zip(placed, following, strict=True):
        if other[0] < one[1]:
            return f"{_shown(*one)} and {_shown(other[0], other[1])}"
    return ""


def open_hours(week: Week) -> float:
    """Return the open hours of a week without holidays."""
    return sum(span.end - span.begin for spans in week for span in spans) / 60


def week_words(week: Week) -> str:
    """Return a week as people write it: Mon to Fri 09:00-17:00, Sat 10:00-14:00."""
    parts = []
    first = 0
    while first < len(DAYS):
        last = first
        while last + 1 < len(DAYS) and week[last + 1] == week[first]:
            last += 1
        if week[first]:
            hours = " and ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in week[first])
            begin_day, end_day = DAYS[first].title(), DAYS[last].title()
            days = begin_day if first == last else f"{begin_day} to {end_day}"
            parts.append(f"{days} {hours}")
        first = last + 1
    return ", ".join(parts)


def make_week(spans: Mapping[str, Sequence[OpenSpan]]) -> Week:
    """Return the week in which the named days have these spans."""
    return tuple(tuple(sorted(spans.get(day, ()))) for day in DAYS)


def _clock(minutes: int) -> str:
    if minutes > DAY_MINUTES:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _shown(begin: int, end: int) -> str:
    day = DAYS[begin // DAY_MINUTES % 7]
    begin %= DAY_MINUTES
    return f"{day} {_clock(begin)}-{_clock(end % DAY_MINUTES or DAY_MINUTES)}"
