"""Spans of whole days: a month, a day or a pair of days, and two of them made comparable."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import NamedTuple

from opsdesk.errors import OpsdeskError

DAY = timedelta(days=1)
MONTH = re.compile(r"(\d{4})-(\d{2})")


class Span(NamedTuple):
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def read_span(written: object) -> Span:
    """Return a span: of a month such as "2011-11", of one day, or of a pair of days.

    Raises:
        OpsdeskError: it is something else, or its last day is before its first.
    """
    if isinstance(written, tuple | list) and len(written) == 2:
        span = Span(*(_day(part, written) for part in written))
    elif month := MONTH.fullmatch(str(written)):
        span = _month(int(month[1]), int(month[2]), written)
    else:
        day = _day(written, written)
        span = Span(day, day)
    if span.last < span.first:
        raise OpsdeskError(f"The span {span} ends before it begins: write the first day first.")
    return span


def like_for_like(before: Span, now: Span, first: date, last: date) -> tuple[Span, Span]:
    """Return both spans, cut alike where the data from `first` to `last` have a part of one.

    Whole spans stay as they are, also where one month is longer than the other.

    Raises:
        OpsdeskError: no day is left that both have.
    """
    skipped = max(timedelta(), *(first - span.first for span in (before, now)))
    begun = [Span(span.first + skipped, span.last) for span in (before, now)]
    if any(span.last > last for span in begun):
        days = min(Span(span.first, min(span.last, last)).days for span in begun)
        begun = [Span(span.first, span.first + (days - 1) * DAY) for span in begun]
    if any(span.days < 1 for span in begun):
        raise OpsdeskError(
            f"{before} and {now} have no whole day in common with the data, "
            f"whose whole days are {first} to {last}."
        )
    return begun[0], begun[1]


def _month(year: int, month: int, written: object) -> Span:
    try:
        return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    except ValueError:
        raise _unreadable(written) from None


def _day(part: object, written: object) -> date:
    if isinstance(part, datetime):
        return part.date()
    try:
        return date.fromisoformat(str(part))
    except ValueError:
        raise _unreadable(written) from None


def _unreadable(written: object) -> OpsdeskError:
    return OpsdeskError(
        f"{written!r} is not a span of days: write a month as '2011-11', "
        "or a pair of days as ('2011-11-01', '2011-11-15')."
    )
