"""Origins: the moments from which the probabilities look ahead, in the past and now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from opsdesk.instants import read_zone

EVERY = 4  # days between two origins; breach_odds.sql counts on it
FIRST_DAYS = 56  # before them too little is known; fewer where the burn-in is over sooner
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Origins:
    """Moments from which one looks ahead, in order.

    `days` are the local days that begin at them. They know what happened before those days.
    """

    days: tuple[date, ...]
    instants: tuple[datetime, ...]

    def parameters(self, as_of: datetime) -> dict[str, object]:
        """Return the parameters of breach_odds.sql; outcomes are known up to `as_of`."""
        seconds = [int(instant.timestamp()) for instant in self.instants]
        text = " ".join(f"{number:05d}:{each}" for number, each in enumerate(seconds))
        return {"origins": text, "first_day": self.days[0], "as_of": as_of}


def past_origins(
    first_day: date, last_day: date, burn_in_days: int | None, timezone: str
) -> Origins | None:
    """Return every fourth local midnight after the first days, up to that of `last_day`.

    The first days are 56, or the burn-in where it is shorter. None if there is no such midnight.
    """
    skipped = FIRST_DAYS if burn_in_days is None else min(FIRST_DAYS, burn_in_days)
    first = first_day + timedelta(days=skipped)
    count = (last_day - first).days // EVERY + 1
    if count < 1:
        return None
    return origins_on([first + timedelta(days=EVERY * number) for number in range(count)], timezone)


def origins_on(days: Sequence[date], timezone: str) -> Origins:
    """Return the origins at the beginning of these days, each four days after the one before."""
    zone = read_zone(timezone)
    instants = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
    return Origins(tuple(days), tuple(instants))


def origin_now(as_of: datetime, timezone: str) -> Origins:
    """Return the one origin at `as_of`, which knows all that is published."""
    today = as_of.astimezone(read_zone(timezone)).date()
    return Origins((today + DAY,), (as_of,))
