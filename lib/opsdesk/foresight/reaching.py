"""Questions to a forecast: when the backlog reaches a size, and what more work would change.

It is arithmetic on the forecast and its band of 80 %. Nothing here is advice.
"""

from typing import NamedTuple

import pandas as pd

ON_TRACK = "on track"
OFF_TRACK = "off track"
TOO_EARLY = "too early to say"
SIZES = ["backlog_size", "lo80", "hi80", "lo95", "hi95"]


class Span(NamedTuple):
    """Between which days a size is reached; None: not within the forecast."""

    first: pd.Timestamp | None
    last: pd.Timestamp | None


def when_reached(forecast: pd.DataFrame, size: float) -> Span:
    """Return when the backlog reaches `size`.

    The first day is the one on which the nearer end of the band reaches it, the last the one on
    which the whole band has.
    """
    if size >= open_before(forecast):
        return Span(
            _first(forecast, forecast["hi80"] >= size), _first(forecast, forecast["lo80"] >= size)
        )
    return Span(
        _first(forecast, forecast["lo80"] <= size), _first(forecast, forecast["hi80"] <= size)
    )


def judge_track(forecast: pd.DataFrame, most: float) -> str:
    """Return whether a backlog of at most `most` is on track, 28 days ahead.

    It is too early to say where the target is within the band.
    """
    last = forecast.iloc[-1]
    if last["hi80"] <= most:
        return ON_TRACK
    return OFF_TRACK if last["lo80"] > most else TOO_EARLY


def with_more_resolved(forecast: pd.DataFrame, per_day: float) -> pd.DataFrame:
    """Return the forecast if that many more tickets were resolved on every day, with its bands.

    Nothing is below 0. Fewer are resolved where `per_day` is below 0.
    """
    fewer = per_day * pd.Series(range(1, len(forecast) + 1), index=forecast.index)
    moved = forecast[SIZES].sub(fewer, axis=0).clip(lower=0)
    opening = moved["backlog_size"].shift(fill_value=open_before(forecast))
    outflow = opening + forecast["inflow"] - moved["backlog_size"]
    return forecast.assign(**{name: moved[name] for name in SIZES}, outflow=outflow)


def open_before(forecast: pd.DataFrame) -> float:
    """Return the tickets that are open before the first day of the forecast."""
    first = forecast.iloc[0]
    return float(first["backlog_size"] - first["inflow"] + first["outflow"])


def _first(forecast: pd.DataFrame, is_reached: pd.Series) -> pd.Timestamp | None:
    days = forecast["ops_date"][is_reached]
    return None if days.empty else days.iloc[0]
