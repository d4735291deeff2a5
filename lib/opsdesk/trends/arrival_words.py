"""Sentences about when tickets arrive; plain text, "" where there is nothing to say."""

import pandas as pd

from opsdesk.trends.arrivals import hour_name

HOURS_OF_A_WEEK = 168
NO_ARRIVALS = (
    "When tickets arrive is not known: no week is over, or the export looks filtered by closing "
    "date."
)


def about_arrivals(arrivals: pd.DataFrame) -> str:
    """Return the busiest hour of the week, and in how few hours half of the tickets arrive."""
    total = int(arrivals["tickets"].sum()) if len(arrivals) else 0
    if not total:
        return about_missing_hours(arrivals)
    peak = arrivals.iloc[arrivals["tickets"].argmax()]
    per_hour = peak["tickets"] / peak["weeks"]
    ranked = arrivals["tickets"].sort_values(ascending=False)
    hours = int((ranked.cumsum() * 2 < total).sum()) + 1
    text = (
        f"Most tickets arrive on {peak['weekday']}, {hour_name(peak['hour'])}: {per_hour:,.1f} in "
        f"that hour, against {total / peak['weeks'] / HOURS_OF_A_WEEK:,.1f} in a mean hour of the "
        f"week. Half of them arrive in {hours} of its {HOURS_OF_A_WEEK} hours."
    )
    return " ".join(part for part in (text, about_missing_hours(arrivals)) if part)


def about_span(arrivals: pd.DataFrame) -> str:
    """Return which weeks are counted."""
    if arrivals.empty:
        return ""
    row = arrivals.iloc[0]
    weeks = "1 week" if row["weeks"] == 1 else f"{row['weeks']} weeks"
    return f"{row['first_day']:%Y-%m-%d} to {row['last_day']:%Y-%m-%d}, {weeks}"


def about_missing_hours(arrivals: pd.DataFrame) -> str:
    """Return how many tickets are left out because they have a date without a time."""
    without = int(arrivals["without_hour"].iloc[0]) if len(arrivals) else 0
    if not without:
        return ""
    if without == 1:
        return "1 ticket has a date without a time and is in no hour."
    return f"{without:,} tickets have a date without a time and are in no hour."
