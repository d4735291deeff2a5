"""Numbers as a person reads them; NaN is a dash."""

from datetime import date

import pandas as pd

UNKNOWN = "–"
MINUTES_BELOW = 60
HOURS_BELOW = 48.0
NO_TIME = "0 min"


def count(tickets: float | None) -> str:
    """Return a number of tickets, with commas."""
    return UNKNOWN if pd.isna(tickets) else f"{tickets:,.0f}"


def signed(change: float | None) -> str:
    """Return a change with its sign; a real minus lines up with a plus in a column."""
    if pd.isna(change):
        return UNKNOWN
    sign = "+" if round(change) > 0 else "−" if round(change) < 0 else "±"
    return f"{sign}{abs(change):,.0f}"


def signed_share(change: float | None) -> str:
    """Return a relative change as a percentage with its sign."""
    return UNKNOWN if pd.isna(change) else _with_sign(f"{change:+.0%}")


def share(value: float | None) -> str:
    """Return a share of one as a percentage, with a decimal where it has one."""
    return UNKNOWN if pd.isna(value) else f"{value:.1%}".replace(".0%", "%")


def points(change: float | None) -> str:
    """Return the difference of two shares in percentage points."""
    return UNKNOWN if pd.isna(change) else _with_sign(f"{change * 100:+.1f} pts")


def hours(value: float | None) -> str:
    """Return a duration in the unit in which a person says it."""
    if pd.isna(value):
        return UNKNOWN
    if round(value * 60) < MINUTES_BELOW:
        return f"{value * 60:.0f} min"
    return f"{value:.1f} h" if round(value, 1) < HOURS_BELOW else f"{value / 24:,.0f} days"


def signed_hours(change: float | None) -> str:
    """Return a change of a duration with its sign."""
    if pd.isna(change):
        return UNKNOWN
    shown = hours(abs(change))
    sign = "±" if shown == NO_TIME else "+" if change > 0 else "−"
    return f"{sign}{shown}"


def days(value: float | None) -> str:
    """Return a whole number of days."""
    if pd.isna(value):
        return UNKNOWN
    return "1 day" if round(value) == 1 else f"{value:,.0f} days"


def signed_days(change: float | None) -> str:
    """Return a change in whole days with its sign."""
    if pd.isna(change):
        return UNKNOWN
    return f"{signed(change)} {'day' if abs(round(change)) == 1 else 'days'}"


def tickets(number: float) -> str:
    """Return a number of tickets with the word."""
    return "1 ticket" if number == 1 else f"{count(number)} tickets"


def others(number: int) -> str:
    """Return how many others there are, in words."""
    return "1 other" if number == 1 else f"{number:,} others"


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def day_name(day: date) -> str:
    """Return a day with its weekday, such as Monday 26 December."""
    return f"{day:%A} {day.day} {day:%B}"


def short_day(day: date) -> str:
    """Return a day without its year, such as 26 Dec."""
    return f"{day.day} {day:%b}"


def span_name(first: date, last: date) -> str:
    """Return a span of days, such as 25 to 31 December."""
    if first == last:
        return f"{last.day} {last:%B}"
    begin = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        begin += f" {first:%B}"
    if first.year != last.year:
        begin += f" {first.year}"
    return f"{begin} to {last.day} {last:%B}"


def _with_sign(text: str) -> str:
    """Return a signed number with a real minus, and with ± where it is shown as 0."""
    if not any(digit in text for digit in "123456789"):
        return f"±{text[1:].replace('0.0', '0')}"
    return text.replace("-", "−")
