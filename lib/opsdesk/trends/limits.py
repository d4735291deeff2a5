"""What an export cannot know, found in its own days: where intake ends, how it was filtered.

Both rules would rather miss a case than see one too many: see docs/decisions.md.
"""

import pandas as pd

FORTNIGHT = pd.Timedelta(days=14)
YEAR = pd.Timedelta(days=365)
DAYS_WITH_RESOLUTIONS = 7  # after the last creation; fewer can be a skeleton staff or a clean-up
FEW_TICKETS = 5


def find_intake_end(flows: pd.DataFrame) -> pd.Timestamp | None:
    """Return the last day with a creation, if intake ends there; else None.

    It does where the last resolution is more than a fortnight later, and more than twice the
    longest pause between two days with creations in the year before, and where tickets were
    resolved on at least seven different days after it.

    Args:
        flows: ops_date, inflow and outflow, one row per day.
    """
    opening = flows["ops_date"][flows["inflow"] > 0]
    closing = flows["ops_date"][flows["outflow"] > 0]
    if opening.empty:
        return None
    last = opening.iloc[-1]
    later = closing[closing > last]
    if len(later) < DAYS_WITH_RESOLUTIONS:
        return None
    silence = later.iloc[-1] - last
    pause = _longest_pause(opening[opening >= last - YEAR])
    return last if silence > max(FORTNIGHT, 2 * pause) else None


def find_silence(flows: pd.DataFrame) -> pd.Timestamp | None:
    """Return the last day with an event, if the export is silent for long after it; else None.

    It is where more than a fortnight follows, and more than twice the longest pause between two
    days with events in the year before.

    Args:
        flows: ops_date, inflow and outflow, one row per day up to as_of.
    """
    days = flows["ops_date"]
    events = days[(flows["inflow"] > 0) | (flows["outflow"] > 0)]
    if events.empty:
        return None
    last = events.iloc[-1]
    pause = _longest_pause(events[events >= last - YEAR])
    return last if days.iloc[-1] - last > max(FORTNIGHT, 2 * pause) else None


def find_closing_start(
    flows: pd.DataFrame, open_tickets: int, typical_days: float
) -> pd.Timestamp | None:
    """Return the first day with a resolution, if the export was filtered by closing date from it.

    It was where no ticket is open, no ticket was resolved in the first fortnight, at least five
    tickets had waited longer than is typical on the first day with a resolution, and fewer than
    two thirds as many were created per day before that day as from it on. (A service desk that has
    resolved all it has got resolves from its first weeks on.)

    Args:
        flows: ops_date, inflow and outflow, one row per day.
        open_tickets: tickets that are open at as_of.
        typical_days: the median of the whole days from creation to resolution.
    """
    closing = flows["ops_date"][flows["outflow"] > 0]
    if open_tickets or closing.empty:
        return None
    start = closing.iloc[0]
    first = flows["ops_date"].iloc[0]
    if start - first < FORTNIGHT:
        return None
    days = flows["ops_date"]
    created = flows["inflow"]
    has_waited = days < start - pd.Timedelta(days=typical_days)
    if created[has_waited].sum() < FEW_TICKETS:
        return None
    last = days[created > 0].iloc[-1]
    per_day_before = created[days < start].mean()
    per_day_since = created[(days >= start) & (days <= last)].mean()
    return start if 3 * per_day_before < 2 * per_day_since else None


def typical_days(resolved: pd.DataFrame) -> float:
    """Return the median of whole days to the resolution, NaN where no ticket is resolved.

    Args:
        resolved: days (whole days to the resolution) and tickets, one row per number of days.
    """
    by_days = resolved.set_index("days")["tickets"].sort_index()
    so_far = by_days.cumsum()
    half = so_far[2 * so_far >= by_days.sum()]
    return float(half.index[0]) if len(half) else float("nan")


def _longest_pause(days: pd.Series) -> pd.Timedelta:
    """Return the longest time between a day and the next one, 0 where there is one day."""
    pauses = days.diff().dropna()
    return pauses.max() if len(pauses) else pd.Timedelta(0)
